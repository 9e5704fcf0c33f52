"""Tests of service/flows/occasions."""

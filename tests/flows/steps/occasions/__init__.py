"""Tests of service/flows/steps/occasions."""

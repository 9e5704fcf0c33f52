"""Tests of service/domain/occasions."""

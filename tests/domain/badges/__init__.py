"""Tests of service/domain/badges."""

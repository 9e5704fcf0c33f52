"""Tests of service/domain/exports."""

"""Tests of products, licenses, terms and seats."""

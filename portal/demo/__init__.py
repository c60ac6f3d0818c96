"""The demo: a story loaded through the real operations, and a clock that can be moved. Embedded run only."""

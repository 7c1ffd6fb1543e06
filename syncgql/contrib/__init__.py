"""Modules for other libraries and frameworks, each built on the public interface of syncgql."""

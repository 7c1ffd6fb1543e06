"""Typed Python from a schema and documents: ``syncgql codegen``."""

from .errors import CodegenError
from .options import CodegenOptions, Scalar
from .package import generate
from .run import CodegenConfig, CodegenReport, config_of, run

__all__ = ["CodegenConfig", "CodegenError", "CodegenOptions", "CodegenReport", "Scalar", "config_of", "generate", "run"]

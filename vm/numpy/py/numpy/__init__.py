"""Arrays, element types and array functions: Taipan's own numpy."""

from _numpy import VERSION as __version__

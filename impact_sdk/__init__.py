from .clock import Clock, SystemClock

__all__ = ["Clock", "SystemClock"]

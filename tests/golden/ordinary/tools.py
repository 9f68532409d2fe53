# Debuggers and coverage tools see every step of a loop that was hot before.
import sys


def loop(n):
    t = 0
    for i in range(n):
        t += i & 7
    return t


print(loop(3_000_000))
before = loop.__code__.co_code

steps = []


def trace(frame, event, argument):
    if frame.f_code is loop.__code__:
        steps.append((event, frame.f_lineno - loop.__code__.co_firstlineno))
    return trace


sys.settrace(trace)
print(loop(3))
sys.settrace(None)
print(steps)

lines = []
monitoring = sys.monitoring
monitoring.use_tool_id(1, "coverage")
monitoring.register_callback(
    1, monitoring.events.LINE, lambda code, line: lines.append(line - code.co_firstlineno)
)
monitoring.set_local_events(1, loop.__code__, monitoring.events.LINE)
print(loop(3), lines)
monitoring.set_local_events(1, loop.__code__, 0)
monitoring.free_tool_id(1)

print(loop(3_000_000))
print(loop.__code__.co_code == before)

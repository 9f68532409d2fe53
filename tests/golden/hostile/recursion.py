# Recursion of every kind ends in an exception, however high the limit is.
import json
import sys
import threading

sys.setrecursionlimit(10**6)


def endless(n):
    return endless(n + 1)


class Adds:
    def __add__(self, other):
        return self + other


class Shows:
    def __repr__(self):
        return repr(self)


def attempt(name, action):
    try:
        action()
    except RecursionError as error:
        print(name, "RecursionError")
        assert str(error).startswith("maximum recursion depth exceeded"), repr(error)
        assert str(error).rstrip() == str(error), repr(error)
    except (SyntaxError, MemoryError) as error:
        print(name, type(error).__name__)
    else:
        print(name, "done")


attempt("method", lambda: Adds() + 1)
attempt("repr", lambda: repr(Shows()))
attempt("json", lambda: json.loads("[" * 10**6))
attempt("parentheses", lambda: compile("(" * 10**5, "s", "exec"))
attempt("brackets", lambda: compile("[" * 1000 + "]" * 1000, "s", "exec"))
attempt("minus", lambda: compile("-" * 10**5 + "1", "s", "exec"))

nested = []
for _ in range(10**6):
    nested = [nested]
attempt("nested", lambda: repr(nested))
del nested

thread = threading.Thread(target=attempt, args=("thread", lambda: Adds() + 1))
thread.start()
thread.join()


def free_deep():
    deep = ()
    for _ in range(10**6):
        deep = (deep,)


thread = threading.Thread(target=attempt, args=("freed on a thread", free_deep))
thread.start()
thread.join()

sys.setrecursionlimit(1000)
attempt("function", lambda: endless(0))

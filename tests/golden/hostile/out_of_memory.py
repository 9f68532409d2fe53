# Growth that the machine cannot follow ends like MemoryError that nobody
# caught: with the place, with what was printed before, without an abort.
# exit: 1
# stderr: Traceback (most recent call last):
# stderr: out_of_memory.py", line 19, in <module>
# stderr: out_of_memory.py", line 15, in grow
# stderr: MemoryError: cannot allocate 10000000000001 bytes
import io

buffer = io.BytesIO()


def grow():
    buffer.seek(10**13)
    buffer.write(b"x")


print("kept", end="")
grow()

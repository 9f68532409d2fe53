"""An unmarked loop at module level, the whole script."""
t = 0
for i in range(10**8):
    t += i & 7
print(t)

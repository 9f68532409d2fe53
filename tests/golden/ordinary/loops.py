# Hot loops of unmarked code give what the interpreter gives, at every level.
t = 0
for i in range(2_000_000):
    t += i & 7
print("module for", t, i)


def counted(n):
    t = 0
    for i in range(n):
        t += i & 7
    return t, i


def conditional(n):
    t = 0
    i = 0
    while i < n:
        t += i & 7
        i += 1
    return t, i


def nested(n):
    t = 0
    for i in range(n):
        for j in range(i % 300):
            if j == 250:
                break
            t ^= i * j
        else:
            t += 1
    return t, i, j


def overflowing(n):
    t = 1
    for i in range(n):
        t = t + t // 3 + i
        if t > 1 << 80:
            t = 1
    return t


def floats(n):
    x = 0.5
    for i in range(n):
        x = x * 1.0000001 + i
    return x


def failing(n, k):
    t = 0
    for i in range(n):
        t += 100 // (k - i)
    return t


def generated(n):
    t = 0
    for i in range(n):
        t += i
        if t % 100_000 == 0:
            yield i, t


print("counted", counted(2_000_000))
print("conditional", conditional(2_000_000))
print("nested", nested(20_000))
print("overflowing", overflowing(400_000))
print("floats", floats(1_000_000))
print("generated", sum(i ^ t for i, t in generated(1_000_000)))
try:
    failing(1_000_000, 900_000)
except ZeroDivisionError as error:
    frame = error.__traceback__.tb_next.tb_frame
    print("failing", error, frame.f_locals, error.__traceback__.tb_next.tb_lineno)

/** The probe of the suites, in Python: what both Pythons take. */
export const pythonProbe = `
import sys, os, shoal
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def depth(n):
    return depth(n + 1) + 1
def say(text):
    print(text, end="")
def total(path):
    size = 0
    total = 0
    with open("/" + path, "rb") as file:
        while True:
            piece = file.read(65536)
            if not piece:
                break
            size += len(piece)
            for i in range(0, len(piece), 64):
                total += piece[i]
    say("%s %d %d\\n" % (path, size, total))
what = shoal.args[0] if shoal.args else "nothing"
rest = shoal.args[1:]
if what == "hello":
    shoal.log("begin")
    shoal.progress(0.5, "half way")
    for each in ["program"] + shoal.args:
        say(each + "\\n")
    for path in rest:
        total(path)
    for name in ("first", "second"):
        with shoal.output(name + ".txt") as file:
            file.write(name + " file")
    shoal.log("end")
elif what == "sum":
    for path in rest:
        total(path)
elif what == "exit":
    shoal.log("about to leave")
    shoal.exit(int(rest[0]))
elif what == "trap":
    shoal.log("about to trap")
    None.x
elif what == "loop":
    shoal.log("looping")
    while True:
        pass
elif what == "recurse":
    say(depth(1))
elif what == "fib":
    say(fib(int(rest[0])))
elif what == "output":
    while True:
        say("x" * 65536)
elif what == "log":
    for i in range(100000):
        shoal.log("line %d" % i)
elif what == "surroundings":
    import time, random
    for name in sorted(shoal.env):
        say("%s=%s\\n" % (name, shoal.env[name]))
    for i in range(2):
        say("%d000000\\n" % int(time.time() * 1000))
    say("%s\\n" % random.random())
`;

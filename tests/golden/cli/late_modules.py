# Modules that run at their first use are what they are elsewhere.
import sys

print("site" in sys.modules, exit, repr(quit), type(exit).__name__, type(license).__name__)
print(help)
tree = compile("x = 1 + y", "f", "exec", 0x400)
print(type(tree), tree._fields, type(tree).__mro__)

import ast

print(ast.dump(tree))
print(ast.dump(compile("f(x)", "f", "eval", flags=ast.PyCF_ONLY_AST)))
print(eval(compile(ast.Expression(ast.fix_missing_locations(ast.Constant(5))), "f", "eval")))
print(compile, compile.__text_signature__)

import site

print(site.__spec__.name, site.addsitedir.__name__, hasattr(site, "nothing"), "__getattr__" in vars(site))
try:
    exit(3)
except SystemExit as e:
    print(e.code, sys.stdin.closed)

import os, shutil, tempfile, zipfile

folder = tempfile.mkdtemp()
archive = os.path.join(folder, "a.zip")
with zipfile.ZipFile(archive, "w") as file:
    file.writestr("packed.py", "x = 5")
    file.writestr("sub/deep.py", "y = 6")
sys.path[:0] = [archive, archive + "/sub"]
import packed, deep

print(packed.x, deep.y, type(packed.__loader__))
import zipimport

print(zipimport.zipimporter is type(packed.__loader__))
for path in (folder, folder + "/none", 5):
    try:
        print(sys.path_hooks[0](path))
    except Exception as e:
        print(type(e).__name__)
shutil.rmtree(folder)

import gc

# What the interpreter made for itself is left alone; what the program makes is not.
class Node:
    def __del__(self):
        print("gone")

node = Node()
node.self = node
del node
print(gc.isenabled(), gc.collect() > 0)
last = Node()
last.self = last

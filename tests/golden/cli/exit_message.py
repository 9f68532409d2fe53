# args: a b
# exit: 1
# stderr: gone: ['exit_message.py', 'a', 'b']
import sys

print(__name__)
sys.exit(f"gone: {sys.argv}")

# Scalar types: arithmetic, promotion, warnings, conversions, hierarchy.
import operator
import warnings
import numpy as np

warnings.simplefilter("always")


def show(text):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = repr(eval(text))
        except Exception as e:
            result = f"!! {type(e).__name__}: {str(e).splitlines()[0]}"
    print(text, "->", result, *[f"[{w.category.__name__}: {w.message}]" for w in caught])


values = ["np.float64(1.5)", "np.float32(1.5)", "np.int64(7)", "np.int8(100)", "np.uint8(3)", "np.True_",
          "np.complex64(1+2j)", "2", "2.5", "1j", "True", "np.uint64(5)", "np.float16(2)"]
# Powers are transcendental in general: only those with exact results.
exact = ["np.int64(7)", "np.int8(3)", "np.uint8(3)", "np.True_", "2", "True", "np.float64(2)", "np.float32(2)"]
for op in ["+", "-", "*", "/", "//", "%", "**"]:
    for a in exact if op == "**" else values:
        for b in exact if op == "**" else values:
            if "np" in a or "np" in b:
                show(f"{a}{op}{b}")
for op in ["<<", ">>", "&", "|", "^"]:
    for a in ["np.int64(12)", "np.uint8(200)", "np.True_", "np.int8(-3)", "np.float64(1)"]:
        for b in ["np.int64(2)", "3", "np.False_", "np.uint8(9)", "True"]:
            show(f"{a}{op}{b}")
for op in ["<", "<=", "==", "!=", ">", ">="]:
    for a, b in [("np.float64(1)", "1"), ("np.float32(0.1)", "0.1"), ("np.int64(3)", "np.uint64(3)"), ("np.uint8(1)", "-1"),
                 ("np.uint8(1)", "300"), ("np.float64('nan')", "np.float64('nan')"), ("np.True_", "True"),
                 ("np.complex128(1+1j)", "np.complex128(1+2j)"), ("np.int64(1)", "'a'"),
                 ("np.uint64(2**64-1)", "np.int64(-1)"), ("np.int64(2**60)", "2**70")]:
        show(f"{a}{op}{b}")
for text in [
    "np.int8(100)+np.int8(100)", "np.int64(2**62)*4", "-np.int8(-128)", "abs(np.int8(-128))", "-np.uint8(1)", "np.int8(127)+1",
    "np.uint8(1)+300", "np.float64(1)/0", "np.float64(0)/0", "np.int64(5)/0", "np.int64(5)//0", "np.int64(5)%0",
    "np.float64(5)%0", "np.float64(1)//0", "np.float32(1)*1e300", "np.float64(1e308)*10", "np.int64(2)**-1",
    "np.int64(-7)//2", "np.int64(-7)%3", "np.float64(-7.5)%2", "np.float64(-5)//np.inf", "np.float64(-5)%np.inf",
    "divmod(np.int64(-7),2)", "divmod(np.float64(7.5),2)", "np.True_+1", "np.True_-np.True_", "-np.True_", "~np.True_",
    "~np.uint8(3)", "np.float64(1)&1", "+np.True_", "np.int8(200)", "np.int64('12')", "np.float64('1e3')", "np.int64(3.7)",
    "np.int64(float('nan'))", "np.int64(None)", "np.float64(None)", "np.int8(np.int64(300))", "np.bool_('')", "np.bool_([])",
    "np.float64([1,2])", "np.complex128(1,2)", "np.float32()", "np.int64([1,2])", "np.float64('abc')", "np.int64('abc')",
    "round(np.float64(2.5))", "round(np.float64(2.567),2)", "round(np.float32(2.567),2)", "round(np.int64(1234),-2)",
    "int(np.float64(3.9))", "float(np.int64(3))", "complex(np.float32(2))", "bool(np.float64(0))", "operator.index(np.int64(3))",
    "operator.index(np.float64(3))", "operator.index(np.True_)", "[10,20,30][np.int64(1)]", "np.int64(2)*'ab'", "np.int64(2)*[1]",
    "[1]*np.int64(2)", "np.float64(2)*[1,2]", "hash(np.float64(1.5))==hash(1.5)", "hash(np.int64(5))==hash(5)", "{1:2}[np.int64(1)]",
    "np.float64.__mro__", "np.int64.__mro__", "np.complex128.__mro__", "isinstance(np.float64(1),float)", "isinstance(np.int64(1),int)",
    "np.float64(3).is_integer()", "np.float64(1.5).as_integer_ratio()", "np.int64(5).bit_count()", "np.float64(2.5).hex()",
    "np.int64(3).foo", "np.float64(1.5).item()", "np.int64(3).tolist()", "np.float32(1.5).dtype", "np.int64(3).shape", "np.int64(3).ndim",
    "np.float64(1).reshape(1,1)", "np.float64(1).sum()", "np.float64(1)[()]", "np.float64(1)[0]", "np.float64(1)[...]", "np.float64(1)[None]",
    "np.float64(2).astype(int)", "np.float64(-2.5).round()", "np.int32(5).itemsize", "np.int32(5).real", "np.complex64(1+2j).imag",
    "np.complex64(1+2j).conjugate()", "f'{np.float32(0.1)}'", "f'{np.float64(3.14159):.2f}'", "f'{np.int64(5):05d}'", "f'{np.True_}'",
    "'%d %s %r' % (np.int64(3), np.float64(1.5), np.int8(2))", "np.number(1)", "np.generic()", "np.int_ is np.int64", "np.double is np.float64",
    "np.bool is np.bool_", "np.int64(1) is np.int64(1)", "np.bool_(1) is np.True_", "sum([np.float64(1),np.float64(2)])", "max(np.int64(3),2)",
    "np.float64(1.5)+np.float32(1)", "np.float64(9)**0.5", "np.float64(-8)**(1/3)", "np.float64(0)**-1", "np.int64(3)**2", "np.int64(2)**63",
    "np.issubdtype(np.int64,np.integer)", "np.issubdtype(np.float32,np.floating)", "np.issubdtype('i4',np.signedinteger)", "np.issubdtype(int,np.floating)",
    "type(np.float64(1)+1)", "type(1+np.float64(1))", "type(np.int8(1)+1)", "type(1.0+np.float32(1))", "abs(np.complex64(3+4j))",
    "np.float64(1)+'a'", "'a'+np.float64(1)", "np.int64(5)&True", "np.complex128(1)//1", "np.complex128(1+2j)**2", "np.complex128(0)/0", "np.uint8(5)-np.uint8(6)",
    "np.sqrt(4)", "np.sqrt(np.int64(2))", "np.sqrt(-1)", "np.add(1,2)", "np.add(1.5,np.float32(2))", "np.log(0)", "np.sin(np.float32(1)).dtype", "np.isnan(np.nan)",
    "np.maximum(1,2.5)", "np.power(2,-1)", "np.power(2.0,-1)", "np.divmod(7,2)", "np.left_shift(1,65)", "np.float64(0.1)+np.float64(0.2)", "np.arctan2(1,1)", "np.hypot(3,4)",
]:
    show(text)

# What NumPy answers, one expression a line: value, dtype, shape, strides, flags, or exception, and warnings.
# Lines with `;;` are statements that leave their answer in `r`. The expected text is NumPy 2.4.6's own.
import copy
import json
import math
import operator
import warnings
import numpy as np

from _probes import answer_all, define_typed

define_typed(globals())

answer_all("""
a_int8 + [1,2,3,4]
a_uint8 + 3
a_int64 + True
a_int64 + -2**63
"a" + a_int64
-1 + a_uint64
a_float32 + -1
a_float32 + 1.5
a_float64 + 2j
a_complex64 + -1
float("nan") + a_complex64
2j + a_complex64
a_bool - [1,2,3,4]
a_int8 - 3
-1 - a_uint8
3 - a_uint32
a_uint32 - 2**31
0 - a_uint32
a_int64 - -2**70
0 - a_uint64
a_uint64 - [1,2,3,4]
a_float16 - -2**70
a_float16 - [1,2,3,4]
a_float32 - 3
1.5 - a_complex64
-1 - a_complex128
a_complex128 - 300
a_bool * 300
2**31 * a_bool
a_int8 * 300
3 * a_uint8
a_int16 * True
a_int16 * []
None * a_uint16
-2**70 * a_float16
a_float32 * -2**63
0 * a_float32
a_complex64 * 1e300
a_complex64 * None
a_complex128 * True
a_bool / 0.0
[1,2,3,4] / a_int8
a_uint8 / 2j
a_int16 / -1
a_int16 / None
a_uint16 / 2**64
1e300 / a_uint16
1e300 / a_float16
-2**63 / a_float64
3 / a_complex64
2**31 / a_complex128
300 // a_int64
-2**63 // a_int64
a_int64 // 1e300
a_float32 // -1
[] // a_complex128
300 % a_bool
a_uint32 % (1,2)
2**31 % a_int64
2**63 % a_uint64
2**63 % a_float32
a_float32 % 1.5
-1 % a_float64
[1,2,3,4] % a_float64
a_bool ** 2**31
-2**63 ** a_bool
None ** a_bool
1e300 ** a_uint8
2**63 ** a_uint16
True ** a_int64
3 ** a_uint64
2**63 ** a_uint64
-2**70 ** a_float16
a_float16 ** 1.5
1.5 ** a_float16
a_float16 ** None
-2**70 ** a_float32
True ** a_float64
a_complex64 ** 2**63
2j ** a_complex64
a_complex64 ** None
a_complex128 ** 2**31
a_complex128 ** 2**63
a_complex128 ** 2**64
a_complex128 ** 2j
a_complex128 ** 0
a_bool & -2**63
a_int16 & 300
True | a_bool
a_bool | -2**63
True | a_int8
a_int16 | 300
-2**63 | a_int32
2**31 | a_int64
True | a_uint64
a_uint64 | 2**63
2**63 | a_complex128
-2**63 << a_int64
a_float64 << (1,2)
a_complex64 << 2j
a_complex64 << None
a_uint8 >> True
300 >> a_uint8
a_int16 >> [1,2,3,4]
a_uint16 >> 2**31
a_int64 >> 300
2**63 >> a_uint64
a_complex128 >> None
a_int16 == "a"
a_float16 == 2**63
a_bool != True
a_int16 != True
0 != a_int16
2j != a_uint16
True != a_int32
a_int32 != -1
a_uint32 != []
1.5 < a_uint64
-2**70 < a_float16
a_complex64 < 1e300
a_bool <= 2j
a_bool <= "a"
"a" <= a_int16
a_float16 <= 2**64
a_float16 <= -2**63
True <= a_complex64
2**63 <= a_complex64
a_uint16 > []
a_int64 > "a"
"a" > a_float16
a_float64 > True
a_complex128 > -1
a_complex128 > "a"
True >= a_uint16
a_int32 >= True
a_int32 >= -2**70
[] >= a_int32
a_complex64 >= 2j
2j >= a_complex64
-1 >= a_complex128
True + s_bool
True + s_int8
a_int32[3] + b_int32[2]
s_int32 + z_float16
s_uint32 + s_int64
2**63 + s_uint64
s_complex64 + 2**64
s_complex64 + None
None - s_bool
s_uint8 - 2j
s_int64 - 2**63
s_int64 - z_float32
s_uint64 - 2**63
2**64 - s_float16
-2**70 - s_float16
s_float64 - None
s_complex64 - None
s_complex128 - 3
None - s_complex128
300 * s_int8
s_uint8 * 300
s_uint8 * 1.5
"a" * s_uint8
s_int16 * None
s_int64 * True
None * s_complex64
s_complex64 * float("inf")
True * s_complex128
[1,2] / s_bool
s_int8 / z_float32
s_uint16 / None
a_uint16[3] / b_int16[2]
a_int64[3] / b_uint32[2]
a_uint64[3] / b_complex64[2]
s_float16 / 1e300
-1 / s_float32
True / s_complex64
-1 / s_complex64
2**64 / s_complex64
s_complex128 / True
None // s_bool
2j // s_int32
a_int32[3] // b_float16[2]
s_int32 // z_float32
None // s_uint64
s_uint64 // float("inf")
a_uint64[3] // b_float16[2]
s_complex64 // s_int64
2j // s_complex128
None % s_bool
s_bool % s_complex128
s_int16 % -2**70
2**63 % s_uint32
a_float32[3] % b_complex64[2]
2j % s_complex64
a_complex64[3] % b_uint32[2]
s_complex128 % 2j
s_bool ** None
s_bool ** float("inf")
1e300 ** s_uint32
float("inf") ** s_uint32
s_uint64 ** [1,2]
True ** s_float16
-2**70 ** s_float32
1e300 ** s_float32
[1,2] ** s_float64
3 ** s_complex64
s_complex128 ** [1,2]
True & s_bool
s_uint8 & z_bool
2**63 & s_uint32
s_uint64 & True
2**63 & s_uint64
float("inf") & s_float16
2**63 & s_float64
None & s_complex64
a_bool[3] | b_bool[2]
s_uint8 | 300
s_int16 | s_float16
s_uint32 | 2**63
0.0 | s_uint64
s_bool ^ True
s_bool ^ z_bool
s_int16 ^ z_int32
2**64 ^ s_uint32
s_float32 ^ float("inf")
s_float64 ^ s_int8
s_bool << None
a_int32[3] << b_float64[2]
s_int64 << None
s_uint64 << 2**63
2j << s_float16
s_float64 << z_complex64
s_complex128 << None
None >> s_bool
a_bool[3] >> b_float16[2]
s_int32 >> 3
s_uint32 >> -1
s_uint32 >> z_int16
s_int64 >> True
2**63 >> s_uint64
s_float32 >> None
[1,2] >> s_float64
s_complex128 >> None
s_uint8 == 300
True == s_int16
s_uint64 == s_uint16
1e300 == s_complex64
2**63 == s_complex128
a_complex128[3] == b_complex128[2]
2**63 != s_float32
s_complex64 != [1,2]
"a" < s_bool
s_int32 < "a"
-2**70 < s_uint32
s_float32 < 1e300
"a" < s_complex128
2j <= s_int32
s_int32 <= "a"
s_float16 <= -2**70
s_float16 <= z_bool
0 > s_bool
s_int16 > s_bool
s_uint16 > -2**70
s_uint16 > [1,2]
s_int32 > True
3 > s_int64
float("inf") > s_float32
"a" > s_float64
1e300 > s_complex64
s_float16 >= 2**63
-2**70 >= s_float16
s_float64 >= [1,2]
s_complex64 >= 1e300
"a" >= s_complex128
s_int8 @ 2**63
s_uint8 @ "a"
[1,2] @ s_int32
-1 @ s_uint64
2**63 @ s_float64
r=a_int8.copy() ;; r += True
r=a_int8.copy() ;; r += 3
r=a_uint16.copy() ;; r += np.ones((2,4))
r=a_int32.copy() ;; r += -1
r=a_int32.copy() ;; r += 300
r=a_uint32.copy() ;; r += 3
r=a_uint32.copy() ;; r += 1.5
r=a_int64.copy() ;; r += b_int8
r=a_int64.copy() ;; r += True
r=a_float16.copy() ;; r += 300
r=a_complex64.copy() ;; r += b_float32
r=a_complex64.copy() ;; r += 2**70
r=a_complex128.copy() ;; r += [1,2,3,4]
r=a_int16.copy() ;; r -= True
r=a_int16.copy() ;; r -= [1,2,3,4]
r=a_uint16.copy() ;; r -= b_uint64
r=a_int32.copy() ;; r -= 3
r=a_uint32.copy() ;; r -= b_bool
r=a_uint32.copy() ;; r -= [1,2,3,4]
r=a_int64.copy() ;; r -= -1
r=a_float32.copy() ;; r -= 1.5
r=a_float64.copy() ;; r -= -1
r=a_complex64.copy() ;; r -= 3
r=a_complex64.copy() ;; r -= 300
r=a_complex64.copy() ;; r -= [1,2,3,4]
r=a_complex128.copy() ;; r -= b_bool
r=a_bool.copy() ;; r *= b_bool
r=a_bool.copy() ;; r *= b_int16
r=a_uint32.copy() ;; r *= b_bool
r=a_int64.copy() ;; r *= b_int64
r=a_int64.copy() ;; r *= 3
r=a_int64.copy() ;; r *= [1,2]
r=a_uint64.copy() ;; r *= b_uint32
r=a_float32.copy() ;; r *= b_bool
r=a_float32.copy() ;; r *= 2**70
r=a_float64.copy() ;; r *= [1,2,3,4]
r=a_float64.copy() ;; r *= 2**70
r=a_complex64.copy() ;; r *= [1,2,3,4]
r=a_complex64.copy() ;; r *= 2**70
r=a_bool.copy() ;; r /= 2**70
r=a_int8.copy() ;; r /= None
r=a_uint64.copy() ;; r /= 2j
r=a_uint64.copy() ;; r /= [1,2,3,4]
r=a_float16.copy() ;; r /= 3
r=a_float16.copy() ;; r /= 1.5
r=a_float32.copy() ;; r /= b_float16
r=a_float32.copy() ;; r /= 1.5
r=a_float64.copy() ;; r /= b_bool
r=a_float64.copy() ;; r /= b_float16
r=a_float64.copy() ;; r /= 300
r=a_complex64.copy() ;; r /= 3
r=a_complex64.copy() ;; r /= 300
r=a_complex128.copy() ;; r /= [1,2,3,4]
r=a_int32.copy() ;; r //= 3
r=a_uint32.copy() ;; r //= b_bool
r=a_int64.copy() ;; r //= b_bool
r=a_int64.copy() ;; r //= -1
r=a_uint64.copy() ;; r //= True
r=a_float16.copy() ;; r //= -1
r=a_float64.copy() ;; r //= 2**70
r=a_complex64.copy() ;; r //= np.ones((2,4))
r=a_bool.copy() ;; r %= -1
r=a_int16.copy() ;; r %= -1
r=a_uint16.copy() ;; r %= 2**70
r=a_int32.copy() ;; r %= 300
r=a_int32.copy() ;; r %= np.float64(2)
r=a_uint32.copy() ;; r %= 300
r=a_int64.copy() ;; r %= 3
r=a_uint64.copy() ;; r %= [1,2]
r=a_float16.copy() ;; r %= b_bool
r=a_float16.copy() ;; r %= b_int16
r=a_float32.copy() ;; r %= 2**70
r=a_float64.copy() ;; r %= 300
r=a_float64.copy() ;; r %= [1,2,3,4]
r=a_complex64.copy() ;; r %= [1,2,3,4]
r=a_complex128.copy() ;; r %= 2**70
r=a_int8.copy() ;; r **= [1,2,3,4]
r=a_int16.copy() ;; r **= np.int64(2)
r=a_uint16.copy() ;; r **= b_uint32
r=a_uint16.copy() ;; r **= 3
r=a_int32.copy() ;; r **= b_bool
r=a_int32.copy() ;; r **= True
r=a_float16.copy() ;; r **= 3
r=a_float16.copy() ;; r **= 300
r=a_float16.copy() ;; r **= 1.5
r=a_float16.copy() ;; r **= np.float64(2)
r=a_float32.copy() ;; r **= -1
r=a_float32.copy() ;; r **= [1,2,3,4]
r=a_float64.copy() ;; r **= b_float16
r=a_float64.copy() ;; r **= 3
r=a_float64.copy() ;; r **= np.float64(2)
r=a_float64.copy() ;; r **= 2**70
r=a_complex64.copy() ;; r **= 2j
r=a_complex64.copy() ;; r **= 2**70
r=a_complex128.copy() ;; r **= 3
r=a_complex128.copy() ;; r **= 300
r=a_bool.copy() ;; r &= -1
r=a_int8.copy() ;; r &= b_uint16
r=a_int8.copy() ;; r &= True
r=a_uint8.copy() ;; r &= [1,2,3,4]
r=a_int16.copy() ;; r &= 300
r=a_int16.copy() ;; r &= [1,2,3,4]
r=a_int64.copy() ;; r &= True
r=a_int64.copy() ;; r &= [1,2]
r=a_float32.copy() ;; r &= [1,2,3,4]
r=a_complex64.copy() ;; r &= [1,2]
r=a_int64.copy() ;; r |= b_uint8
r=a_int64.copy() ;; r |= 3
r=a_int64.copy() ;; r |= -1
r=a_int64.copy() ;; r |= 300
r=a_complex128.copy() ;; r |= [1,2]
r=a_bool.copy() ;; r ^= True
r=a_uint8.copy() ;; r ^= np.float64(2)
r=a_int16.copy() ;; r ^= 300
r=a_uint16.copy() ;; r ^= np.int64(2)
r=a_int64.copy() ;; r ^= 3
r=a_int64.copy() ;; r ^= [1,2]
r=a_complex128.copy() ;; r ^= [1,2,3,4]
r=a_complex128.copy() ;; r ^= [1,2]
r=a_bool.copy() ;; r <<= True
r=a_int8.copy() ;; r <<= 3
r=a_uint8.copy() ;; r <<= np.int64(2)
r=a_uint8.copy() ;; r <<= np.float64(2)
r=a_int64.copy() ;; r <<= [1,2,3,4]
r=a_uint64.copy() ;; r <<= 3
r=a_float16.copy() ;; r <<= True
r=a_float16.copy() ;; r <<= 300
r=a_float32.copy() ;; r <<= [1,2,3,4]
r=a_bool.copy() ;; r >>= 3
r=a_int8.copy() ;; r >>= 3
r=a_uint8.copy() ;; r >>= True
r=a_int32.copy() ;; r >>= np.ones((4,1))
r=a_int64.copy() ;; r >>= b_int8
r=a_int64.copy() ;; r >>= [1,2]
r=a_complex64.copy() ;; r >>= True
r=a_int8.copy() ;; r @= 1.5
r=a_uint8.copy() ;; r @= b_float32
r=a_uint32.copy() ;; r @= np.ones((4,1))
r=np.arange(3) ;; r.flags.writeable=False ;; r+=1
r=np.array(1) ;; r/=2
""", globals())

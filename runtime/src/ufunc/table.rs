//! Every ufunc, declared once: name, operand counts, identity, loops in NumPy's order.
//!
//! The order of the loops matters: the first one whose input types all operands cast to safely is
//! the one that runs.

use half::f16;

use super::arith::*;
use super::bits::*;
use super::compare::*;
use super::constant_divisor;
use super::division::*;
use super::kernel::*;
use super::math::*;
use super::pairwise;
use super::vector_math;
use super::vector_power;
use crate::dtype::{Bool, C64, C128};
use crate::scalar::Scalar;

/// What a reduction of nothing gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Identity {
    /// No identity: reducing nothing is an error.
    None,
    /// This value.
    Value(Scalar),
}

/// How operand types choose a loop beyond the general rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// First loop all inputs cast to safely.
    First,
    /// As `First`, but integers go to `float64` (true division).
    TrueDivide,
    /// As `First`, but there is no loop for all-bool operands and NumPy has a text about it.
    NoBool,
    /// As `First`; a Python integer out of the other operand's range has a known result.
    Comparison,
    /// The loop of the exponent's own integer type (`ldexp`).
    Ldexp,
}

/// A universal function.
pub struct Ufunc {
    /// NumPy's name (`divide`, not `true_divide`).
    pub name: &'static str,
    /// Inputs.
    pub nin: usize,
    /// Outputs.
    pub nout: usize,
    /// Result of an empty reduction.
    pub identity: Identity,
    /// Whether a reduction over several axes may visit elements in any order.
    pub reorderable: bool,
    /// Loop choice.
    pub rule: Rule,
    /// Whether floating-point conditions are reported.
    pub watches: bool,
    /// Typed loops.
    pub loops: &'static [LoopRow],
}

/// Alternative names of ufuncs, `(alias, name)`.
pub static ALIASES: &[(&str, &str)] = &[
    ("abs", "absolute"),
    ("acos", "arccos"),
    ("acosh", "arccosh"),
    ("asin", "arcsin"),
    ("asinh", "arcsinh"),
    ("atan", "arctan"),
    ("atan2", "arctan2"),
    ("atanh", "arctanh"),
    ("bitwise_invert", "invert"),
    ("bitwise_left_shift", "left_shift"),
    ("bitwise_not", "invert"),
    ("bitwise_right_shift", "right_shift"),
    ("conj", "conjugate"),
    ("mod", "remainder"),
    ("pow", "power"),
    ("true_divide", "divide"),
];

macro_rules! loops {
    // Lists of loops of one operation for several types.
    ($($make:ident <$op:ty> [$($ty:ty),* $(,)?]),* $(,)?) => {
        &[ $( $( $make::<$op, $ty>() ),* ),* ]
    };
}

/// The rows of `$op` for the given families; `@` separates makers.
macro_rules! integer_types {
    ($mac:ident, $($rest:tt)*) => { $mac!($($rest)* [i8, u8, i16, u16, i32, u32, i64, u64]) };
}

/// A two-operand row with both operands of one type.
const fn pair<Op: Op2<A, A>, A: crate::dtype::Element>() -> LoopRow {
    row2::<Op, A, A>()
}

/// A row whose fold is the given pairwise summation.
const fn with_fold(row: LoopRow, fold: ReduceLoop) -> LoopRow {
    LoopRow { fold: Some(fold), ..row }
}

/// A `float16` row that folds in single precision.
#[expect(clippy::extra_unused_type_parameters, reason = "rows of the table are made alike, by operation and type")]
const fn half_fold<Op, A>() -> LoopRow
where
    Op: Op2<f16, f16, R = f16> + Op2<f32, f32, R = f32>,
{
    with_fold(pair::<Op, f16>(), fold_half::<Op>)
}

/// A row with another elementwise loop.
const fn with_run(row: LoopRow, run: InnerLoop) -> LoopRow {
    LoopRow { run, ..row }
}

macro_rules! mixed {
    ($op:ty) => {
        [row2::<$op, i64, u64>(), row2::<$op, u64, i64>()]
    };
}

macro_rules! comparison_loops {
    ($op:ty) => {
        &[
            pair::<$op, Bool>(),
            pair::<$op, i8>(), pair::<$op, u8>(), pair::<$op, i16>(), pair::<$op, u16>(),
            pair::<$op, i32>(), pair::<$op, u32>(), pair::<$op, i64>(), pair::<$op, u64>(),
            mixed!($op)[0], mixed!($op)[1],
            pair::<$op, f16>(), pair::<$op, f32>(), pair::<$op, f64>(),
            pair::<$op, C64>(), pair::<$op, C128>(),
        ]
    };
}

macro_rules! logical_loops {
    ($op:ty) => {
        loops!(
            row2_fold_any_bool<$op> [Bool],
            pair<$op> [i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, C64, C128]
        )
    };
}

/// Truth functions fold booleans in any order.
#[expect(clippy::extra_unused_type_parameters, reason = "rows of the table are made alike, by operation and type")]
const fn row2_fold_any_bool<Op: Op2<Bool, Bool, R = Bool>, A>() -> LoopRow {
    row2_fold_any::<Op, Bool>()
}

macro_rules! extremum_loops {
    ($op:ty) => {
        loops!(
            row2_fold_any<$op> [Bool, i8, u8, i16, u16, i32, u32, i64, u64],
            row2_fold<$op> [f16],
            row2_fold_any<$op> [f32, f64],
            row2_fold<$op> [C64, C128]
        )
    };
}

/// Loops of a division whose signed rows know constant divisors.
macro_rules! divisor_loops {
    ($op:ty, $i8:ident, $i16:ident, $i32:ident, $i64:ident) => {
        &[
            with_run(pair::<$op, i8>(), constant_divisor::$i8), pair::<$op, u8>(),
            with_run(pair::<$op, i16>(), constant_divisor::$i16), pair::<$op, u16>(),
            with_run(pair::<$op, i32>(), constant_divisor::$i32), pair::<$op, u32>(),
            with_run(pair::<$op, i64>(), constant_divisor::$i64), pair::<$op, u64>(),
            pair::<$op, f16>(), pair::<$op, f32>(), pair::<$op, f64>(),
        ]
    };
}

macro_rules! division_loops {
    ($make:ident<$op:ty>) => {
        loops!($make<$op> [i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64])
    };
}

macro_rules! bit_loops {
    ($op:ty) => {
        loops!(row2_fold_any<$op> [Bool, i8, u8, i16, u16, i32, u32, i64, u64])
    };
}

macro_rules! unary_numbers {
    ($op:ty) => {
        loops!(row1<$op> [i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, C64, C128])
    };
}

macro_rules! rounding_loops {
    ($op:ty) => {
        loops!(row1<$op> [Bool, i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64])
    };
}

macro_rules! classify_loops {
    ($op:ty) => {
        loops!(row1<$op> [Bool, i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, C64, C128])
    };
}

macro_rules! real_functions {
    ($op:ty) => {
        loops!(row1<$op> [f16, f32, f64])
    };
}

macro_rules! functions {
    ($op:ty) => {
        loops!(row1<$op> [f16, f32, f64, C64, C128])
    };
}

/// Functions with vector formulas for real types.
macro_rules! vector_functions {
    ($op:ty, $single:ident, $double:ident) => {
        &[
            row1::<$op, f16>(),
            with_run(row1::<$op, f32>(), vector_math::$single),
            with_run(row1::<$op, f64>(), vector_math::$double),
            row1::<$op, C64>(),
            row1::<$op, C128>(),
        ]
    };
}

/// As [`vector_functions!`] for formulas of the other file.
macro_rules! power_functions {
    ($op:ty, $single:ident, $double:ident) => {
        &[
            row1::<$op, f16>(),
            with_run(row1::<$op, f32>(), vector_power::$single),
            with_run(row1::<$op, f64>(), vector_power::$double),
            row1::<$op, C64>(),
            row1::<$op, C128>(),
        ]
    };
}

/// Power of single precision floats.
#[expect(clippy::extra_unused_type_parameters, reason = "rows of the table are made alike, by operation and type")]
const fn power_f32<Op: Op2<f32, f32>, A>() -> LoopRow {
    with_run(pair::<Op, f32>(), vector_power::power_f32)
}

/// Power of double precision floats.
#[expect(clippy::extra_unused_type_parameters, reason = "rows of the table are made alike, by operation and type")]
const fn power_f64<Op: Op2<f64, f64>, A>() -> LoopRow {
    with_run(pair::<Op, f64>(), vector_power::power_f64)
}

macro_rules! ufuncs {
    ($($name:literal, $nin:literal, $nout:literal, $identity:expr, $rule:ident, $watches:literal, $loops:expr;)*) => {
        /// All ufuncs.
        pub static UFUNCS: &[Ufunc] = &[$(
            Ufunc {
                name: $name, nin: $nin, nout: $nout, identity: $identity, rule: Rule::$rule,
                reorderable: $nin == 2, watches: $watches, loops: $loops,
            },
        )*];
    };
}

const NONE: Identity = Identity::None;
const ZERO: Identity = Identity::Value(Scalar::Int(0));
const ONE: Identity = Identity::Value(Scalar::Int(1));
const ALL_BITS: Identity = Identity::Value(Scalar::Int(-1));
const TRUE: Identity = Identity::Value(Scalar::Bool(true));
const FALSE: Identity = Identity::Value(Scalar::Bool(false));
const MINUS_INFINITY: Identity = Identity::Value(Scalar::Float(f64::NEG_INFINITY));

static ADD: &[LoopRow] = &[
    row2_fold_any::<Add, Bool>(),
    row2_fold_any::<Add, i8>(), row2_fold_any::<Add, u8>(),
    row2_fold_any::<Add, i16>(), row2_fold_any::<Add, u16>(),
    row2_fold_any::<Add, i32>(), row2_fold_any::<Add, u32>(),
    row2_fold_any::<Add, i64>(), row2_fold_any::<Add, u64>(),
    with_fold(pair::<Add, f16>(), pairwise::fold_f16),
    with_fold(pair::<Add, f32>(), pairwise::fold_f32),
    with_fold(pair::<Add, f64>(), pairwise::fold_f64),
    with_fold(pair::<Add, C64>(), pairwise::fold_c64),
    with_fold(pair::<Add, C128>(), pairwise::fold_c128),
];

ufuncs! {
    "add", 2, 1, ZERO, First, true, ADD;
    "subtract", 2, 1, NONE, NoBool, true, loops!(row2_fold<Subtract> [i8, u8, i16, u16, i32, u32, i64, u64], half_fold<Subtract> [f16], row2_fold<Subtract> [f32, f64, C64, C128]);
    "multiply", 2, 1, ONE, First, true, loops!(row2_fold_any<Multiply> [Bool, i8, u8, i16, u16, i32, u32, i64, u64], half_fold<Multiply> [f16], row2_fold<Multiply> [f32, f64, C64, C128]);
    "divide", 2, 1, NONE, TrueDivide, true, loops!(half_fold<Divide> [f16], row2_fold<Divide> [f32, f64, C64, C128]);
    "floor_divide", 2, 1, NONE, First, true, divisor_loops!(FloorDivide, divide_i8, divide_i16, divide_i32, divide_i64);
    "remainder", 2, 1, NONE, First, true, divisor_loops!(Remainder, remainder_i8, remainder_i16, remainder_i32, remainder_i64);
    "fmod", 2, 1, NONE, First, true, division_loops!(pair<Fmod>);
    "divmod", 2, 2, NONE, First, true, division_loops!(row2x2<DivMod>);
    "power", 2, 1, NONE, First, true, loops!(pair<IntPower> [i8, u8, i16, u16, i32, u32, i64, u64], pair<Power> [f16], power_f32<Power> [f32], power_f64<Power> [f64], pair<Power> [C64, C128]);
    "float_power", 2, 1, NONE, First, true, loops!(power_f64<Power> [f64], pair<Power> [C128]);
    "negative", 1, 1, NONE, NoBool, false, unary_numbers!(Negative);
    "positive", 1, 1, NONE, NoBool, false, unary_numbers!(Positive);
    "absolute", 1, 1, NONE, First, true, loops!(row1<Absolute> [Bool, i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, C64, C128]);
    "fabs", 1, 1, NONE, First, false, real_functions!(Fabs);
    "sign", 1, 1, NONE, NoBool, false, unary_numbers!(Sign);
    "square", 1, 1, NONE, First, true, unary_numbers!(Square);
    "reciprocal", 1, 1, NONE, First, true, unary_numbers!(Reciprocal);
    "conjugate", 1, 1, NONE, First, false, unary_numbers!(Conjugate);
    "sqrt", 1, 1, NONE, First, true, functions!(Sqrt);
    "cbrt", 1, 1, NONE, First, true, &[row1::<Cbrt, f16>(), with_run(row1::<Cbrt, f32>(), vector_power::cbrt_f32), with_run(row1::<Cbrt, f64>(), vector_power::cbrt_f64)];
    "exp", 1, 1, NONE, First, true, vector_functions!(Exp, exp_f32, exp_f64);
    "exp2", 1, 1, NONE, First, true, vector_functions!(Exp2, exp2_f32, exp2_f64);
    "expm1", 1, 1, NONE, First, true, vector_functions!(Expm1, expm1_f32, expm1_f64);
    "log", 1, 1, NONE, First, true, vector_functions!(Log, log_f32, log_f64);
    "log2", 1, 1, NONE, First, true, vector_functions!(Log2, log2_f32, log2_f64);
    "log10", 1, 1, NONE, First, true, vector_functions!(Log10, log10_f32, log10_f64);
    "log1p", 1, 1, NONE, First, true, vector_functions!(Log1p, log1p_f32, log1p_f64);
    "sin", 1, 1, NONE, First, true, vector_functions!(Sin, sin_f32, sin_f64);
    "cos", 1, 1, NONE, First, true, vector_functions!(Cos, cos_f32, cos_f64);
    "tan", 1, 1, NONE, First, true, vector_functions!(Tan, tan_f32, tan_f64);
    "arcsin", 1, 1, NONE, First, true, vector_functions!(Arcsin, arcsin_f32, arcsin_f64);
    "arccos", 1, 1, NONE, First, true, vector_functions!(Arccos, arccos_f32, arccos_f64);
    "arctan", 1, 1, NONE, First, true, vector_functions!(Arctan, arctan_f32, arctan_f64);
    "arctan2", 2, 1, NONE, First, true, &[pair::<Arctan2, f16>(), with_run(pair::<Arctan2, f32>(), vector_power::arctan2_f32), with_run(pair::<Arctan2, f64>(), vector_power::arctan2_f64)];
    "sinh", 1, 1, NONE, First, true, vector_functions!(Sinh, sinh_f32, sinh_f64);
    "cosh", 1, 1, NONE, First, true, vector_functions!(Cosh, cosh_f32, cosh_f64);
    "tanh", 1, 1, NONE, First, true, vector_functions!(Tanh, tanh_f32, tanh_f64);
    "arcsinh", 1, 1, NONE, First, true, power_functions!(Arcsinh, arcsinh_f32, arcsinh_f64);
    "arccosh", 1, 1, NONE, First, true, power_functions!(Arccosh, arccosh_f32, arccosh_f64);
    "arctanh", 1, 1, NONE, First, true, power_functions!(Arctanh, arctanh_f32, arctanh_f64);
    "hypot", 2, 1, ZERO, First, true, &[row2_fold::<Hypot, f16>(), with_run(row2_fold::<Hypot, f32>(), vector_power::hypot_f32), with_run(row2_fold::<Hypot, f64>(), vector_power::hypot_f64)];
    "degrees", 1, 1, NONE, First, true, real_functions!(Degrees);
    "rad2deg", 1, 1, NONE, First, true, real_functions!(Degrees);
    "radians", 1, 1, NONE, First, true, real_functions!(Radians);
    "deg2rad", 1, 1, NONE, First, true, real_functions!(Radians);
    "heaviside", 2, 1, NONE, First, false, loops!(pair<Heaviside> [f16, f32, f64]);
    "logaddexp", 2, 1, MINUS_INFINITY, First, true, loops!(row2_fold<LogAddExp> [f16, f32, f64]);
    "logaddexp2", 2, 1, MINUS_INFINITY, First, true, loops!(row2_fold<LogAddExp2> [f16, f32, f64]);
    "floor", 1, 1, NONE, First, false, rounding_loops!(Floor);
    "ceil", 1, 1, NONE, First, false, rounding_loops!(Ceil);
    "trunc", 1, 1, NONE, First, false, rounding_loops!(Trunc);
    "rint", 1, 1, NONE, First, false, functions!(Rint);
    "isnan", 1, 1, NONE, First, false, classify_loops!(IsNan);
    "isinf", 1, 1, NONE, First, false, classify_loops!(IsInf);
    "isfinite", 1, 1, NONE, First, false, classify_loops!(IsFinite);
    "signbit", 1, 1, NONE, First, false, real_functions!(SignBit);
    "copysign", 2, 1, NONE, First, false, loops!(pair<CopySign> [f16, f32, f64]);
    "nextafter", 2, 1, NONE, First, true, loops!(pair<NextAfter> [f16, f32, f64]);
    "spacing", 1, 1, NONE, First, true, real_functions!(Spacing);
    "ldexp", 2, 1, NONE, Ldexp, true, &[
        row2::<Ldexp, f16, i32>(), row2::<Ldexp, f32, i32>(), row2::<Ldexp, f16, i64>(),
        row2::<Ldexp, f32, i64>(), row2::<Ldexp, f64, i32>(), row2::<Ldexp, f64, i64>(),
    ];
    "frexp", 1, 2, NONE, First, false, loops!(row1x2<Frexp> [f16, f32, f64]);
    "modf", 1, 2, NONE, First, false, loops!(row1x2<Modf> [f16, f32, f64]);
    "bitwise_and", 2, 1, ALL_BITS, First, false, bit_loops!(And);
    "bitwise_or", 2, 1, ZERO, First, false, bit_loops!(Or);
    "bitwise_xor", 2, 1, ZERO, First, false, bit_loops!(Xor);
    "invert", 1, 1, NONE, First, false, loops!(row1<Invert> [Bool, i8, u8, i16, u16, i32, u32, i64, u64]);
    "left_shift", 2, 1, NONE, First, false, integer_types!(loops, pair<LeftShift>);
    "right_shift", 2, 1, NONE, First, false, integer_types!(loops, pair<RightShift>);
    "bitwise_count", 1, 1, NONE, First, false, integer_types!(loops, row1<BitCount>);
    "gcd", 2, 1, ZERO, NoBool, false, integer_types!(loops, row2_fold<Gcd>);
    "lcm", 2, 1, NONE, NoBool, false, integer_types!(loops, row2_fold<Lcm>);
    "equal", 2, 1, NONE, Comparison, false, comparison_loops!(Equal);
    "not_equal", 2, 1, NONE, Comparison, false, comparison_loops!(NotEqual);
    "less", 2, 1, NONE, Comparison, false, comparison_loops!(Less);
    "less_equal", 2, 1, NONE, Comparison, false, comparison_loops!(LessEqual);
    "greater", 2, 1, NONE, Comparison, false, comparison_loops!(Greater);
    "greater_equal", 2, 1, NONE, Comparison, false, comparison_loops!(GreaterEqual);
    "logical_and", 2, 1, TRUE, First, false, logical_loops!(LogicalAnd);
    "logical_or", 2, 1, FALSE, First, false, logical_loops!(LogicalOr);
    "logical_xor", 2, 1, FALSE, First, false, logical_loops!(LogicalXor);
    "logical_not", 1, 1, NONE, First, false, classify_loops!(LogicalNot);
    "maximum", 2, 1, NONE, First, false, extremum_loops!(Maximum);
    "minimum", 2, 1, NONE, First, false, extremum_loops!(Minimum);
    "fmax", 2, 1, NONE, First, false, extremum_loops!(Fmax);
    "fmin", 2, 1, NONE, First, false, extremum_loops!(Fmin);
}

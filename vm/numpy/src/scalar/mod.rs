//! NumPy's scalar types: values, arithmetic, Python classes.

/// Runs `$body` with the type alias `$T` bound to the element type of `$dtype`.
macro_rules! with_element {
    ($dtype:expr, $T:ident => $body:expr) => {{
        use taipan_runtime::dtype::{Bool, C64, C128, F16};
        with_element!(@ $dtype, $T, $body;
            Bool Bool, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64,
            F16 F16, F32 f32, F64 f64, C64 C64, C128 C128)
    }};
    (@ $dtype:expr, $T:ident, $body:expr; $($variant:ident $ty:ty),*) => {
        match $dtype {
            $(taipan_runtime::DType::$variant => {
                type $T = $ty;
                $body
            })*
        }
    };
}

pub mod arith;
pub mod construct;
pub mod methods;
pub mod number;
pub mod types;
pub mod value;

pub use types::{Operand, classify, scalar_value, to_object, to_python, types};
pub use value::{Num, ScalarValue};

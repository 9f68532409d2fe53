//! The one table of runtime symbols that compiled code may call.
//!
//! A row says: name, LIR signature, purity and the function itself; the
//! address is taken from the Rust item, so a row cannot name a function that
//! is not linked. Rows stand in lists ([`Rows`]) that [`LISTS`] collects; a
//! file that brings functions declares its own list with [`symbol_rows!`] and
//! adds it there. The `vm` crate, which depends on this one, adds its
//! functions at start with [`register`].
//!
//! `unsafe` room: the `extern` blocks only declare functions of the C math
//! library with their C prototypes; nothing is called from here.

use crate::lir::{Signature, Symbol, Ty};
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};
use taipan_runtime::ufunc::vector_math::entry;

/// One runtime function.
pub struct Row {
    pub name: &'static str,
    pub params: &'static [Ty],
    pub result: Option<Ty>,
    /// See [`Symbol::pure_fn`].
    pub pure_fn: bool,
    /// The function's address.
    pub address: fn() -> *const u8,
    /// The C types of the function itself, for the test that compares them
    /// with `params` and `result`.
    pub c_types: fn() -> (Vec<Ty>, Option<Ty>),
}

/// A list of rows, as [`symbol_rows!`] declares it.
pub type Rows = &'static [Row];

/// Expands to `_` for any token: the types of a cast to a function pointer are
/// inferred from the function, only their number is written out.
#[doc(hidden)]
#[macro_export]
macro_rules! inferred {
    ($t:tt) => { _ };
}

/// Declares a list of symbols:
/// `pure name(F64, F64) -> F64 = path::to::function;` where `pure` and the
/// result are optional. The function is `extern "C"`.
#[macro_export]
macro_rules! symbol_rows {
    (@pure pure) => { true };
    (@pure call) => { false };
    (@ty) => { None };
    (@ty $t:ident) => { Some($crate::lir::Ty::$t) };
    ($( $(#[$m:meta])* $pure:ident $name:ident ( $($p:ident),* ) $(-> $r:ident)? = $path:path; )*) => {
        &[ $( $crate::symbols::Row {
            name: stringify!($name),
            params: &[ $( $crate::lir::Ty::$p ),* ],
            result: $crate::symbol_rows!(@ty $($r)?),
            pure_fn: $crate::symbol_rows!(@pure $pure),
            address: || $path as unsafe extern "C" fn($( $crate::inferred!($p) ),*) -> _ as *const u8,
            c_types: || $crate::symbols::CFunction::types(
                $path as unsafe extern "C" fn($( $crate::inferred!($p) ),*) -> _),
        }, )* ]
    };
}

/// A C type as LIR sees it.
pub trait CType {
    /// `None` for `()`.
    const TY: Option<Ty>;
}
macro_rules! c_types {
    ($($t:ty = $ty:expr;)*) => { $( impl CType for $t { const TY: Option<Ty> = $ty; } )* };
}
c_types! {
    () = None; bool = Some(Ty::I1);
    i8 = Some(Ty::I8); u8 = Some(Ty::I8); i16 = Some(Ty::I16); u16 = Some(Ty::I16);
    i32 = Some(Ty::I32); u32 = Some(Ty::I32); i64 = Some(Ty::I64); u64 = Some(Ty::I64); usize = Some(Ty::I64);
    f32 = Some(Ty::F32); f64 = Some(Ty::F64);
}
impl<T> CType for *const T {
    const TY: Option<Ty> = Some(Ty::Ptr);
}
impl<T> CType for *mut T {
    const TY: Option<Ty> = Some(Ty::Ptr);
}
impl<T> CType for Option<std::ptr::NonNull<T>> {
    const TY: Option<Ty> = Some(Ty::Ptr);
}

/// A C function type whose parameters and result LIR can express.
pub trait CFunction {
    /// Parameter types and result type.
    fn types(self) -> (Vec<Ty>, Option<Ty>);
}
macro_rules! c_functions {
    ($( ($($p:ident)*) )*) => { $(
        impl<Out: CType, $($p: CType),*> CFunction for unsafe extern "C" fn($($p),*) -> Out {
            fn types(self) -> (Vec<Ty>, Option<Ty>) {
                (vec![$( <$p as CType>::TY.expect("a parameter has a type") ),*], Out::TY)
            }
        }
        impl<Out, $($p),*> CType for unsafe extern "C" fn($($p),*) -> Out {
            const TY: Option<Ty> = Some(Ty::Ptr);
        }
    )* };
}
c_functions! {
    () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
    (A B C D E F G H I) (A B C D E F G H I J) (A B C D E F G H I J K) (A B C D E F G H I J K L)
}

/// Its first operand, once for each second one.
macro_rules! of_type {
    ($t:ty, $x:ident) => { $t };
}

/// Declares libm functions of double and their `f`-suffixed float forms.
macro_rules! libm {
    ($( $name:ident $single:ident ($($x:ident)*); )*) => {
        mod c {
            unsafe extern "C" { $(
                pub fn $name($($x: of_type!(f64, $x)),*) -> f64;
                pub fn $single($($x: of_type!(f32, $x)),*) -> f32;
            )* }
        }
        const LIBM: Rows = &[ $(
            Row {
                name: stringify!($name), pure_fn: true, result: Some(Ty::F64),
                params: &[$( { stringify!($x); Ty::F64 } ),*],
                address: || c::$name as *const u8,
                c_types: || CFunction::types(c::$name as unsafe extern "C" fn($($crate::inferred!($x)),*) -> _),
            },
            Row {
                name: stringify!($single), pure_fn: true, result: Some(Ty::F32),
                params: &[$( { stringify!($x); Ty::F32 } ),*],
                address: || c::$single as *const u8,
                c_types: || CFunction::types(c::$single as unsafe extern "C" fn($($crate::inferred!($x)),*) -> _),
            },
        )* ];
    };
}
libm! {
    sin sinf (x); cos cosf (x); tan tanf (x); asin asinf (x); acos acosf (x); atan atanf (x);
    sinh sinhf (x); cosh coshf (x); tanh tanhf (x); asinh asinhf (x); acosh acoshf (x); atanh atanhf (x);
    exp expf (x); exp2 exp2f (x); expm1 expm1f (x);
    log logf (x); log2 log2f (x); log10 log10f (x); log1p log1pf (x);
    cbrt cbrtf (x); erf erff (x); erfc erfcf (x); tgamma tgammaf (x); lgamma lgammaf (x);
    floor floorf (x); ceil ceilf (x); trunc truncf (x); rint rintf (x); round roundf (x);
    pow powf (x y); atan2 atan2f (x y); hypot hypotf (x y); fmod fmodf (x y); remainder remainderf (x y);
    nextafter nextafterf (x y); fmin fminf (x y); fmax fmaxf (x y); copysign copysignf (x y);
    fma fmaf (x y z);
}

/// Declares elementary functions of the runtime by the functions that give
/// their addresses on this processor.
macro_rules! elementary {
    ($( $name:ident $single:ident; )*) => {
        const ELEMENTARY: Rows = &[ $(
            Row {
                name: stringify!($name), pure_fn: true, result: Some(Ty::F64), params: &[Ty::F64],
                address: || entry::$name() as *const u8,
                c_types: || CFunction::types(entry::$name()),
            },
            Row {
                name: stringify!($single), pure_fn: true, result: Some(Ty::F32), params: &[Ty::F32],
                address: || entry::$single() as *const u8,
                c_types: || CFunction::types(entry::$single()),
            },
        )* ];
    };
}
elementary! {
    taipan_exp taipan_expf; taipan_exp2 taipan_exp2f; taipan_expm1 taipan_expm1f; taipan_tanh taipan_tanhf;
    taipan_log taipan_logf; taipan_log1p taipan_log1pf; taipan_sin taipan_sinf; taipan_cos taipan_cosf;
    taipan_tan taipan_tanf; taipan_asin taipan_asinf; taipan_acos taipan_acosf; taipan_atan taipan_atanf;
    taipan_sinh taipan_sinhf; taipan_cosh taipan_coshf; taipan_log2 taipan_log2f; taipan_log10 taipan_log10f;
}

/// The runtime's own function that does what a function of libm does (double
/// or float form), with vector forms of the same bits.
pub fn elementary(libm: &str) -> Option<&'static str> {
    ELEMENTARY.iter().map(|r| r.name).find(|n| n.strip_prefix("taipan_") == Some(libm))
}

mod c_mixed {
    unsafe extern "C" {
        pub fn ldexp(x: f64, e: i32) -> f64;
        pub fn ldexpf(x: f32, e: i32) -> f32;
        pub fn frexp(x: f64, e: *mut i32) -> f64;
        pub fn frexpf(x: f32, e: *mut i32) -> f32;
        pub fn modf(x: f64, whole: *mut f64) -> f64;
        pub fn modff(x: f32, whole: *mut f32) -> f32;
    }
}

const LIBM_MIXED: Rows = symbol_rows! {
    pure ldexp(F64, I32) -> F64 = c_mixed::ldexp;
    pure ldexpf(F32, I32) -> F32 = c_mixed::ldexpf;
    call frexp(F64, Ptr) -> F64 = c_mixed::frexp;
    call frexpf(F32, Ptr) -> F32 = c_mixed::frexpf;
    call modf(F64, Ptr) -> F64 = c_mixed::modf;
    call modff(F32, Ptr) -> F32 = c_mixed::modff;
};

const TRAPS: Rows = symbol_rows! {
    call taipan_trap(Ptr, I32, I32, I64, I64, I64, I64) = taipan_runtime::trap::taipan_trap;
    call taipan_keep_words(Ptr, I64) -> I64 = taipan_runtime::trap::taipan_keep_words;
    call taipan_unwind(Ptr, I32) = taipan_runtime::trap::taipan_unwind;
    call taipan_catch_trap(Ptr, I32, I32, I64, I64, I64, I64) = taipan_runtime::trap::taipan_catch_trap;
    call taipan_catchable(Ptr, I32) -> I32 = taipan_runtime::trap::taipan_catchable;
    call taipan_caught(Ptr, Ptr) = taipan_runtime::trap::taipan_caught;
    call taipan_reraise(Ptr, Ptr) = taipan_runtime::trap::taipan_reraise;
    call taipan_is_exception(I64, I64) -> I64 = crate::lower::raise::taipan_is_exception;
};

const POLLS: Rows = symbol_rows! {
    call taipan_poll_interrupt(Ptr, I32) -> I32 = crate::poll::taipan_poll_interrupt;
    call taipan_stack_limit(Ptr, I64, I32) -> I32 = crate::poll::taipan_stack_limit;
    call taipan_poll(Ptr, I64, I32, I32, Ptr, Ptr) -> I64 = crate::tier::taipan_poll;
};

const BUFFERS: Rows = symbol_rows! {
    call taipan_buffer_alloc(I64, I32) -> Ref = taipan_runtime::buffer::taipan_buffer_alloc;
    call taipan_buffer_retain(Ref) = taipan_runtime::buffer::taipan_buffer_retain;
    call taipan_buffer_release(Ref) = taipan_runtime::buffer::taipan_buffer_release;
};

const KERNELS: Rows = symbol_rows! {
    call taipan_kernel(Ptr, I64, I64, Ptr, Ptr, I64) -> I32 = taipan_runtime::kernel_abi::taipan_kernel;
    call taipan_take_ref(Ptr) -> Ref = taipan_runtime::kernel_abi::taipan_take_ref;
    call taipan_overlaps(Ptr, Ptr) -> I32 = taipan_runtime::kernel_abi::taipan_overlaps;
    call taipan_slice_bounds(I64, I64, I64, I64, I64, Ptr) = taipan_runtime::kernel_abi::taipan_slice_bounds;
    call taipan_parfor(Ptr, Ptr, I64, I64, Ptr, I64) -> I32 = taipan_runtime::sched::taipan_parfor;
};

const SCALARS: Rows = symbol_rows! {
    pure taipan_pow_i64(I64, I64) -> I64 = taipan_runtime::scalar_abi::taipan_pow_i64;
    pure taipan_pow_u64(I64, I64) -> I64 = taipan_runtime::scalar_abi::taipan_pow_u64;
    call taipan_pow_checked(I64, I64, Ptr) -> I32 = taipan_runtime::scalar_abi::taipan_pow_checked;
    pure taipan_pow_f64_i64(F64, I64) -> F64 = taipan_runtime::scalar_abi::taipan_pow_f64_i64;
    pure taipan_f16_to_f32(I16) -> F32 = taipan_runtime::scalar_abi::taipan_f16_to_f32;
    pure taipan_f64_to_f16(F64) -> I16 = taipan_runtime::scalar_abi::taipan_f64_to_f16;
    pure taipan_math_exp2(F64) -> F64 = taipan_runtime::python_math::taipan_math_exp2;
    pure taipan_math_expm1(F64) -> F64 = taipan_runtime::python_math::taipan_math_expm1;
    pure taipan_math_log1p(F64) -> F64 = taipan_runtime::python_math::taipan_math_log1p;
    pure taipan_math_asinh(F64) -> F64 = taipan_runtime::python_math::taipan_math_asinh;
    pure taipan_math_acosh(F64) -> F64 = taipan_runtime::python_math::taipan_math_acosh;
    pure taipan_math_atanh(F64) -> F64 = taipan_runtime::python_math::taipan_math_atanh;
    pure taipan_math_cbrt(F64) -> F64 = taipan_runtime::python_math::taipan_math_cbrt;
    pure taipan_math_erf(F64) -> F64 = taipan_runtime::python_math::taipan_math_erf;
    pure taipan_math_erfc(F64) -> F64 = taipan_runtime::python_math::taipan_math_erfc;
    pure taipan_math_gamma(F64) -> F64 = taipan_runtime::python_math::taipan_math_gamma;
    pure taipan_math_lgamma(F64) -> F64 = taipan_runtime::python_math::taipan_math_lgamma;
    pure taipan_math_hypot(F64, F64) -> F64 = taipan_runtime::python_math::taipan_math_hypot;
    pure taipan_math_remainder(F64, F64) -> F64 = taipan_runtime::python_math::taipan_math_remainder;
    pure taipan_math_pow(F64, F64) -> F64 = taipan_runtime::python_math::taipan_math_pow;
    pure taipan_math_nextafter(F64, F64) -> F64 = taipan_runtime::python_math::taipan_math_nextafter;
    pure taipan_math_log(F64, F64) -> F64 = taipan_runtime::python_math::taipan_math_log;
    pure taipan_gcd_i64(I64, I64) -> I64 = taipan_runtime::scalar_abi::taipan_gcd_i64;
    pure taipan_round_digits(F64, I64) -> F64 = taipan_runtime::scalar_abi::taipan_round_digits;
    call taipan_complex_pow(F64, F64, F64, F64, Ptr) = taipan_runtime::scalar_abi::taipan_complex_pow;
    call taipan_complex_function(I64, F64, F64, Ptr) = taipan_runtime::scalar_abi::taipan_complex_function;
    call taipan_ufunc_scalar(I64, I64, Ptr) = taipan_runtime::scalar_abi::taipan_ufunc_scalar;
};

const PRINT: Rows = symbol_rows! {
    call taipan_print_text(I64) = taipan_runtime::print::taipan_print_text;
    call taipan_print_i64(I64) = taipan_runtime::print::taipan_print_i64;
    call taipan_print_u64(I64) = taipan_runtime::print::taipan_print_u64;
    call taipan_print_bool(I64) = taipan_runtime::print::taipan_print_bool;
    call taipan_print_f64(F64) = taipan_runtime::print::taipan_print_f64;
    call taipan_print_complex(F64, F64) = taipan_runtime::print::taipan_print_complex;
    call taipan_print_object(Ptr, I64, Ptr, I64, I64) -> I32 = crate::library::print::taipan_print_object;
    call taipan_print_end(Ptr, I64) -> I32 = taipan_runtime::print::taipan_print_end;
};

const TEXT: Rows = symbol_rows! {
    call taipan_text_length(Ref) -> I64 = taipan_runtime::text::taipan_text_length;
    call taipan_text_compare(Ptr, I64, Ptr, I64) -> I64 = taipan_runtime::text::taipan_text_compare;
    call taipan_text_equal(Ptr, I64, Ptr, I64) -> I64 = taipan_runtime::text::taipan_text_equal;
    call taipan_text_find(Ptr, I64, Ptr, I64) -> I64 = taipan_runtime::text::taipan_text_find;
    call taipan_text_concat(Ptr, I64, Ptr, I64) -> Ref = taipan_runtime::text::taipan_text_concat;
    call taipan_text_repeat(Ptr, I64, I64) -> Ref = taipan_runtime::text::taipan_text_repeat;
    call taipan_text_pick(Ptr, I64, I64, I64, I64) -> Ref = taipan_runtime::text::taipan_text_pick;
    call taipan_text_i64(I64) -> Ref = taipan_runtime::text::taipan_text_i64;
    call taipan_text_u64(I64) -> Ref = taipan_runtime::text::taipan_text_u64;
    call taipan_text_bool(I64) -> Ref = taipan_runtime::text::taipan_text_bool;
    call taipan_text_f64(F64) -> Ref = taipan_runtime::text::taipan_text_f64;
    call taipan_text_complex(F64, F64) -> Ref = taipan_runtime::text::taipan_text_complex;
    call taipan_text_chr(I64) -> Ref = taipan_runtime::text::taipan_text_chr;
    call taipan_text_change(Ptr, I64, I64) -> Ref = taipan_runtime::text::taipan_text_change;
    call taipan_text_print(Ptr, I64) = taipan_runtime::text::taipan_text_print;
    call taipan_text_intern(Ptr, I64) -> I64 = taipan_runtime::text::taipan_text_intern;
};

const LIST: Rows = symbol_rows! {
    call taipan_reflected_new(I64, I64) -> Ref = taipan_runtime::list::taipan_reflected_new;
    call taipan_reflected_length(Ref) -> I64 = taipan_runtime::list::taipan_reflected_length;
    call taipan_reflected_append(Ref, Ptr) -> I64 = taipan_runtime::list::taipan_reflected_append;
    call taipan_reflected_insert(Ref, I64, Ptr) -> I64 = taipan_runtime::list::taipan_reflected_insert;
    call taipan_reflected_get(Ref, I64, Ptr) -> I64 = taipan_runtime::list::taipan_reflected_get;
    call taipan_reflected_set(Ref, I64, Ptr) -> I64 = taipan_runtime::list::taipan_reflected_set;
    call taipan_reflected_pop(Ref, I64, Ptr) -> I64 = taipan_runtime::list::taipan_reflected_pop;
    call taipan_reflected_extend(Ref, Ref) -> I64 = taipan_runtime::list::taipan_reflected_extend;
    call taipan_reflected_clear(Ref) = taipan_runtime::list::taipan_reflected_clear;
    call taipan_reflected_reverse(Ref) = taipan_runtime::list::taipan_reflected_reverse;
    call taipan_reflected_delete(Ref, I64, I64, I64) = taipan_runtime::list::taipan_reflected_delete;
    call taipan_reflected_pick(Ref, I64, I64, I64) -> Ref = taipan_runtime::list::taipan_reflected_pick;
    call taipan_reflected_repeat(Ref, I64) -> Ref = taipan_runtime::list::taipan_reflected_repeat;
    call taipan_reflected_sort(Ref, I64, I64) = taipan_runtime::list::taipan_reflected_sort;
};

/// Every list of this crate's table.
const LISTS: &[Rows] =
    &[LIBM, LIBM_MIXED, ELEMENTARY, TRAPS, POLLS, BUFFERS, KERNELS, SCALARS, PRINT, TEXT, LIST, crate::interpreted::ROWS];

type Table = HashMap<&'static str, &'static Row>;

static TABLE: LazyLock<RwLock<Table>> =
    LazyLock::new(|| RwLock::new(LISTS.iter().flat_map(|rows| rows.iter()).map(|r| (r.name, r)).collect()));

/// Adds functions of a crate that depends on this one. A name that is already
/// there keeps its first row.
pub fn register(rows: Rows) {
    let mut table = TABLE.write().unwrap_or_else(|e| e.into_inner());
    for row in rows {
        table.entry(row.name).or_insert(row);
    }
}

/// The row of a name.
pub fn row(name: &str) -> Option<&'static Row> {
    TABLE.read().unwrap_or_else(|e| e.into_inner()).get(name).copied()
}

/// The symbol of a name, if the table has it.
pub fn find(name: &str) -> Option<Symbol> {
    row(name).map(|r| Symbol {
        name: r.name,
        sig: Signature { params: r.params.to_vec(), results: r.result.into_iter().collect() },
        pure_fn: r.pure_fn,
    })
}

/// The symbol of a name that the compiler itself knows to be there.
///
/// # Panics
/// When the table lacks it: a row was forgotten, which the first compilation
/// that needs it shows.
pub fn symbol(name: &str) -> Symbol {
    find(name).unwrap_or_else(|| panic!("runtime symbol {name} is not in the table"))
}

/// Address of a symbol; panics as [`symbol`] does.
pub fn address(name: &str) -> *const u8 {
    let row = row(name).unwrap_or_else(|| panic!("runtime symbol {name} is not in the table"));
    (row.address)()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_functions() {
        let machine = |t: &Ty| if *t == Ty::Ref { Ty::Ptr } else { *t };
        for row in LISTS.iter().flat_map(|rows| rows.iter()) {
            let (params, result) = (row.c_types)();
            assert_eq!(row.params.iter().map(machine).collect::<Vec<_>>(), params, "{}", row.name);
            assert_eq!(row.result.as_ref().map(machine), result, "{}", row.name);
        }
    }

    #[test]
    fn names_are_unique() {
        let n: usize = LISTS.iter().map(|rows| rows.len()).sum();
        assert_eq!(TABLE.read().unwrap().len(), n);
    }
}

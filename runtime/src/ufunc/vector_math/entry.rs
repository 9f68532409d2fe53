//! The formulas as C functions for compiled code: of one value, and of a register of values.
//!
//! # Unsafe contract
//! A function made for certain instructions is handed out only where the processor has them; the
//! forms for registers are called by compiled code only.
//!
//! Both forms give the same bits, so that vectorised loops and their remainders agree.

use super::*;

/// Scalar function in double precision.
pub type Double = unsafe extern "C" fn(f64) -> f64;
/// Scalar function in single precision.
pub type Single = unsafe extern "C" fn(f32) -> f32;

/// A vector form.
pub struct Vector {
    /// Symbol of the scalar function.
    pub scalar: &'static str,
    /// Symbol of this form.
    pub name: &'static str,
    pub lanes: u32,
    /// Elements are f32 (else f64).
    pub single: bool,
    /// Needs AVX-512 (else AVX2 and fused multiply-add).
    pub wide: bool,
    /// Takes and gives vectors in registers, as the C ABI passes them.
    pub address: fn() -> *const u8,
}

/// Whether the scalar functions here are the formulas: without fused multiply-add they are the C
/// library's, and there are no vector forms.
fn has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The formula or the library's function.
#[inline(always)]
fn one<F: Formula>(x: f64) -> f64 {
    if F::special(x) { F::library(x) } else { F::value(x) }
}

#[cfg(target_arch = "x86_64")]
// The C ABI passes these vectors in registers; Rust calls none of the functions but in tests.
#[allow(improper_ctypes_definitions, reason = "compiled code passes whole registers, by the vector calling convention")]
mod x86 {
    use super::*;
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe extern "C" fn double<F: Formula>(x: f64) -> f64 {
        one::<F>(x)
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe extern "C" fn single<F: Formula>(x: f32) -> f32 {
        one::<F>(f64::from(x)) as f32
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe extern "C" fn double_4<F: Formula>(x: __m256d) -> __m256d {
        register::<F, Four>(Four(x)).0
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe extern "C" fn single_8<F: Formula>(x: __m256) -> __m256 {
        let wide = |x| register::<F, Four>(Four(_mm256_cvtps_pd(x))).0;
        let (low, high) = (wide(_mm256_castps256_ps128(x)), wide(_mm256_extractf128_ps::<1>(x)));
        _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low))
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl")]
    pub(super) unsafe extern "C" fn double_8<F: Formula>(x: __m512d) -> __m512d {
        register::<F, Eight>(Eight(x)).0
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl")]
    pub(super) unsafe extern "C" fn single_16<F: Formula>(x: __m512) -> __m512 {
        let wide = |x| _mm512_cvtpd_ps(register::<F, Eight>(Eight(_mm512_cvtps_pd(x))).0);
        let (low, high) = (wide(_mm512_castps512_ps256(x)), wide(_mm512_extractf32x8_ps::<1>(x)));
        _mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high)
    }
}

unsafe extern "C" fn library<F: Formula>(x: f64) -> f64 {
    F::library(x)
}
unsafe extern "C" fn library_single<F: Formula>(x: f32) -> f32 {
    F::library(f64::from(x)) as f32
}

macro_rules! entries {
    ($($name:ident $short:ident $formula:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($formula), "` of one double.")]
            pub fn $name() -> Double {
                #[cfg(target_arch = "x86_64")]
                if has_fma() {
                    return x86::double::<$formula>;
                }
                library::<$formula>
            }
            #[doc = concat!("`", stringify!($formula), "` of one float.")]
            pub fn $short() -> Single {
                #[cfg(target_arch = "x86_64")]
                if has_fma() {
                    return x86::single::<Rough<$formula>>;
                }
                library_single::<$formula>
            }
        )*
        #[cfg(test)]
        const SCALARS: &[(&str, fn() -> Double)] = &[$((stringify!($name), $name)),*];
        /// Every vector form, widest first for each scalar function.
        #[cfg(target_arch = "x86_64")]
        pub static VECTORS: &[Vector] = &[$(
            Vector {
                scalar: stringify!($name), name: concat!(stringify!($name), "_8"), lanes: 8, single: false, wide: true,
                address: || x86::double_8::<$formula> as *const u8,
            },
            Vector {
                scalar: stringify!($name), name: concat!(stringify!($name), "_4"), lanes: 4, single: false, wide: false,
                address: || x86::double_4::<$formula> as *const u8,
            },
            Vector {
                scalar: stringify!($short), name: concat!(stringify!($short), "_16"), lanes: 16, single: true, wide: true,
                address: || x86::single_16::<Rough<$formula>> as *const u8,
            },
            Vector {
                scalar: stringify!($short), name: concat!(stringify!($short), "_8"), lanes: 8, single: true, wide: false,
                address: || x86::single_8::<Rough<$formula>> as *const u8,
            },
        )*];
        #[cfg(not(target_arch = "x86_64"))]
        pub static VECTORS: &[Vector] = &[];
    };
}
entries! {
    taipan_exp taipan_expf Exp;
    taipan_exp2 taipan_exp2f Exp2;
    taipan_expm1 taipan_expm1f Expm1;
    taipan_tanh taipan_tanhf Tanh;
    taipan_log taipan_logf Log;
    taipan_log1p taipan_log1pf Log1p;
    taipan_sin taipan_sinf Sin;
    taipan_cos taipan_cosf Cos;
    taipan_tan taipan_tanf Tan;
    taipan_asin taipan_asinf Arcsin;
    taipan_acos taipan_acosf Arccos;
    taipan_atan taipan_atanf Arctan;
    taipan_sinh taipan_sinhf Sinh;
    taipan_cosh taipan_coshf Cosh;
    taipan_log2 taipan_log2f Log2;
    taipan_log10 taipan_log10f Log10;
}

/// The vector form of that name, if this processor has its instructions.
pub fn vector(name: &str) -> Option<&'static Vector> {
    VECTORS.iter().find(|v| v.name == name)
}

#[cfg(test)]
// As above.
#[allow(improper_ctypes_definitions, reason = "compiled code passes whole registers, by the vector calling convention")]
mod tests {
    use super::*;

    /// Arguments of all kinds: zeros, tiny and huge ones, infinities, nan.
    const ARGUMENTS: [f64; 16] = [
        0.0, -0.0, 0.3, -0.7, 1.0, 2.5, -20.0, 300.0, -800.0, 1e-310, 1e-200, 1e22, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 709.0,
    ];

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn registers_and_single_values_agree() {
        use std::arch::is_x86_feature_detected;
        use std::arch::x86_64::{__m256d, __m512d};
        use std::mem::transmute;
        type Four = unsafe extern "C" fn(__m256d) -> __m256d;
        type Eight = unsafe extern "C" fn(__m512d) -> __m512d;

        #[target_feature(enable = "avx")]
        unsafe fn four(f: Four, x: [f64; 4]) -> [u64; 4] {
            // SAFETY: the processor was asked.
            unsafe { transmute(f(transmute::<[f64; 4], __m256d>(x))) }
        }
        #[target_feature(enable = "avx512f")]
        unsafe fn eight(f: Eight, x: [f64; 8]) -> [u64; 8] {
            // SAFETY: as above.
            unsafe { transmute(f(transmute::<[f64; 8], __m512d>(x))) }
        }
        if !has_fma() {
            return;
        }
        let wide = is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw");
        for (name, scalar) in SCALARS {
            // SAFETY: the processor was asked; the pointers are functions of that form.
            unsafe {
                let expected = ARGUMENTS.map(|x| scalar()(x).to_bits());
                let form = |suffix: &str| (vector(&format!("{name}{suffix}")).unwrap().address)();
                for (x, y) in ARGUMENTS.chunks(4).zip(expected.chunks(4)) {
                    assert_eq!(four(transmute::<*const u8, Four>(form("_4")), x.try_into().unwrap()), y, "{name}");
                }
                if wide {
                    for (x, y) in ARGUMENTS.chunks(8).zip(expected.chunks(8)) {
                        assert_eq!(eight(transmute::<*const u8, Eight>(form("_8")), x.try_into().unwrap()), y, "{name}");
                    }
                }
            }
        }
    }
}

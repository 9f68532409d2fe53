//! Functions of Python's `math` module with the digits that the interpreter
//! gives, for compiled ordinary code. Where the interpreter raises, they give
//! NaN, on which such code leaves its loop.

macro_rules! functions1 {
    ($($name:ident = $function:ident;)*) => { $(
        #[doc = concat!("`math.", stringify!($function), "(x)`.")]
        pub extern "C" fn $name(x: f64) -> f64 {
            pymath::math::$function(x).unwrap_or(f64::NAN)
        }
    )* };
}

functions1! {
    taipan_math_exp2 = exp2;
    taipan_math_expm1 = expm1;
    taipan_math_log1p = log1p;
    taipan_math_asinh = asinh;
    taipan_math_acosh = acosh;
    taipan_math_atanh = atanh;
    taipan_math_cbrt = cbrt;
    taipan_math_erf = erf;
    taipan_math_erfc = erfc;
    taipan_math_gamma = gamma;
    taipan_math_lgamma = lgamma;
}

/// `math.hypot(x, y)`.
pub extern "C" fn taipan_math_hypot(x: f64, y: f64) -> f64 {
    pymath::math::hypot(&[x, y])
}

/// `math.remainder(x, y)`.
pub extern "C" fn taipan_math_remainder(x: f64, y: f64) -> f64 {
    pymath::math::remainder(x, y).unwrap_or(f64::NAN)
}

/// `math.pow(x, y)`.
pub extern "C" fn taipan_math_pow(x: f64, y: f64) -> f64 {
    pymath::math::pow(x, y).unwrap_or(f64::NAN)
}

/// `math.nextafter(x, y)`.
pub extern "C" fn taipan_math_nextafter(x: f64, y: f64) -> f64 {
    pymath::math::nextafter(x, y, None)
}

/// `math.log(x, base)`.
pub extern "C" fn taipan_math_log(x: f64, base: f64) -> f64 {
    pymath::math::log(x, Some(base)).unwrap_or(f64::NAN)
}

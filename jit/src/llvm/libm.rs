//! Which math functions have vector forms: the runtime's own functions, with
//! the same bits as the scalar ones, and for calls with the `afn` flag those
//! of glibc's libmvec, whose stated error is up to 4 ulp.
//!
//! Names in libmvec follow the x86 vector function ABI: `_ZGV`, instruction set letter,
//! `N`, lanes, one `v` a parameter, `_`, scalar name.

use super::assemble::Features;
use taipan_runtime::ufunc::vector_math::entry;

/// Scalar names (double form) and parameter counts that libmvec covers since
/// glibc 2.35. The float forms have an `f` appended and twice the lanes.
const VECTORISED: &[(&str, usize)] = &[
    ("sin", 1), ("cos", 1), ("tan", 1), ("asin", 1), ("acos", 1), ("atan", 1),
    ("sinh", 1), ("cosh", 1), ("tanh", 1), ("asinh", 1), ("acosh", 1), ("atanh", 1),
    ("exp", 1), ("exp2", 1), ("expm1", 1), ("log", 1), ("log2", 1), ("log10", 1), ("log1p", 1),
    ("cbrt", 1), ("erf", 1), ("erfc", 1), ("pow", 2), ("atan2", 2), ("hypot", 2),
];

/// One vector form of a scalar function.
pub(super) struct Variant {
    /// Symbol of the vector function.
    pub symbol: String,
    /// How LLVM finds it from a call of the scalar function.
    pub mapping: String,
    pub lanes: u32,
    pub params: usize,
    /// Elements are f32 (else f64).
    pub single: bool,
}

/// Instruction sets of the vector function ABI: letter and doubles in a register.
const SETS: [(char, u32); 3] = [('e', 8), ('d', 4), ('b', 2)];

fn variant(scalar: &str, letter: char, lanes: u32, params: usize, single: bool, symbol: String) -> Variant {
    let mapping = format!("_ZGV{letter}N{lanes}{}_{scalar}({symbol})", "v".repeat(params));
    Variant { symbol, mapping, lanes, params, single }
}

/// The forms in libmvec of a function of libm, called under the name `scalar`.
fn libmvec(scalar: &str, libm: &str, has: Features) -> Vec<Variant> {
    let plain = VECTORISED.iter().find(|(n, _)| *n == libm);
    let single = || libm.strip_suffix('f').and_then(|s| VECTORISED.iter().find(|(n, _)| *n == s));
    let Some(((_, params), single)) = plain.map(|r| (r, false)).or_else(|| single().map(|r| (r, true))) else {
        return Vec::new();
    };
    SETS.into_iter()
        .filter(|(letter, _)| match letter {
            'e' => has.avx512,
            'd' => has.avx2,
            _ => true,
        })
        .map(|(letter, doubles)| {
            let lanes = if single { doubles * 2 } else { doubles };
            let symbol = format!("_ZGV{letter}N{lanes}{}_{libm}", "v".repeat(*params));
            variant(scalar, letter, lanes, *params, single, symbol)
        })
        .collect()
}

/// The vector forms of `scalar` that a machine with these features can run,
/// widest first.
pub(super) fn variants(scalar: &str, approximate: bool, has: Features) -> Vec<Variant> {
    let libm = scalar.strip_prefix("taipan_").unwrap_or(scalar);
    if approximate && has.vector_libm {
        let forms = libmvec(scalar, libm, has);
        if !forms.is_empty() {
            return forms;
        }
    }
    entry::VECTORS
        .iter()
        .filter(|v| v.scalar == scalar && if v.wide { has.avx512 } else { has.avx2 })
        .map(|v| variant(scalar, if v.wide { 'e' } else { 'd' }, v.lanes, 1, v.single, v.name.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Features = Features { avx2: true, avx512: true, vector_libm: true };

    #[test]
    fn names_follow_the_vector_abi() {
        let names = |s| variants(s, true, ALL).into_iter().map(|v| v.symbol).collect::<Vec<_>>();
        assert_eq!(names("sin"), ["_ZGVeN8v_sin", "_ZGVdN4v_sin", "_ZGVbN2v_sin"]);
        assert_eq!(names("powf"), ["_ZGVeN16vv_powf", "_ZGVdN8vv_powf", "_ZGVbN4vv_powf"]);
        assert_eq!(names("erf"), ["_ZGVeN8v_erf", "_ZGVdN4v_erf", "_ZGVbN2v_erf"]);
        assert!(names("fmod").is_empty());
    }

    #[test]
    fn exact_calls_take_our_own_forms() {
        let mappings = |s, afn| variants(s, afn, ALL).into_iter().map(|v| v.mapping).collect::<Vec<_>>();
        assert_eq!(mappings("taipan_exp", false), ["_ZGVeN8v_taipan_exp(taipan_exp_8)", "_ZGVdN4v_taipan_exp(taipan_exp_4)"]);
        assert_eq!(mappings("taipan_expf", false), ["_ZGVeN16v_taipan_expf(taipan_expf_16)", "_ZGVdN8v_taipan_expf(taipan_expf_8)"]);
        assert_eq!(mappings("taipan_exp", true)[0], "_ZGVeN8v_taipan_exp(_ZGVeN8v_exp)");
        assert!(mappings("exp", false).is_empty());
    }
}

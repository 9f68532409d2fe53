//! Which C math functions have vector forms in glibc's libmvec.
//!
//! Names follow the x86 vector function ABI: `_ZGV`, instruction set letter,
//! `N`, lanes, one `v` a parameter, `_`, scalar name. Stated error of
//! libmvec: up to 4 ulp, so only calls with the `afn` flag are mapped.

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
    /// Symbol in libmvec.
    pub symbol: String,
    pub lanes: u32,
    pub params: usize,
    /// Elements are f32 (else f64).
    pub single: bool,
}

/// The vector forms of `scalar` that a machine with these features can run.
pub(super) fn variants(scalar: &str, avx2: bool, avx512: bool) -> Vec<Variant> {
    let plain = VECTORISED.iter().find(|(n, _)| *n == scalar);
    let single = || scalar.strip_suffix('f').and_then(|s| VECTORISED.iter().find(|(n, _)| *n == s));
    let Some(((_, params), single)) = plain.map(|r| (r, false)).or_else(|| single().map(|r| (r, true))) else {
        return Vec::new();
    };
    // Widest first; the vectoriser picks by lanes.
    let sets = [(avx512, 'e', 8), (avx2, 'd', 4), (true, 'b', 2)];
    sets.into_iter()
        .filter(|(available, ..)| *available)
        .map(|(_, letter, doubles)| {
            let lanes = if single { doubles * 2 } else { doubles };
            Variant { symbol: format!("_ZGV{letter}N{lanes}{}_{scalar}", "v".repeat(*params)), lanes, params: *params, single }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_vector_abi() {
        let names = |s| variants(s, true, true).into_iter().map(|v| v.symbol).collect::<Vec<_>>();
        assert_eq!(names("sin"), ["_ZGVeN8v_sin", "_ZGVdN4v_sin", "_ZGVbN2v_sin"]);
        assert_eq!(names("powf"), ["_ZGVeN16vv_powf", "_ZGVdN8vv_powf", "_ZGVbN4vv_powf"]);
        assert_eq!(names("erf"), ["_ZGVeN8v_erf", "_ZGVdN4v_erf", "_ZGVbN2v_erf"]);
        assert!(names("fmod").is_empty());
    }
}

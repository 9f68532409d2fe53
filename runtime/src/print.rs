//! `print` of compiled code: pieces are collected per thread, the finished
//! line goes to the interpreter's standard output through a hook.
//!
//! # Unsafe contract
//! `ctx` parameters are the calling thread's context.

use crate::trap::{Ctx, STATUS_OK, STATUS_TRAP, TrapKind, interned, taipan_trap};
use std::cell::RefCell;
use std::io::Write;
use std::sync::OnceLock;

/// Writes text to Python's `sys.stdout`. `Err` = an exception is pending on
/// the interpreter's side.
pub type PrintHook = fn(&str) -> Result<(), ()>;

static HOOK: OnceLock<PrintHook> = OnceLock::new();

/// Sets where compiled code prints to; the first call counts.
pub fn set_print_hook(hook: PrintHook) {
    let _ = HOOK.set(hook);
}

thread_local! {
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Appends text to the line that this thread is printing.
pub fn push(s: &str) {
    LINE.with(|l| l.borrow_mut().push_str(s));
}

/// Python's `repr` of a float: the shortest digits that read back, with an
/// exponent below 1e-4 and from 1e16 on.
pub fn float_repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if x == 0.0 {
        return if x.is_sign_negative() { "-0.0".into() } else { "0.0".into() };
    }
    let sci = format!("{x:e}");
    let (mantissa, exponent) = sci.split_once('e').unwrap_or((&sci, "0"));
    let e: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&e) {
        let plain = format!("{x}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if e < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", e.abs())
}

/// A part of a complex number: no `.0` on whole ones.
fn part_repr(x: f64) -> String {
    let s = float_repr(x);
    s.strip_suffix(".0").map(str::to_owned).unwrap_or(s)
}

/// Python's `repr` of a complex number.
pub fn complex_repr(re: f64, im: f64) -> String {
    if re == 0.0 && re.is_sign_positive() {
        return format!("{}j", part_repr(im));
    }
    let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
    format!("({}{sign}{}j)", part_repr(re), part_repr(im))
}

/// Appends an interned text.
pub extern "C" fn taipan_print_text(id: i64) {
    push(&interned(id as u64));
}

/// Appends a signed integer.
pub extern "C" fn taipan_print_i64(v: i64) {
    push(&v.to_string());
}

/// Appends an unsigned integer.
pub extern "C" fn taipan_print_u64(v: i64) {
    push(&(v as u64).to_string());
}

/// Appends `True` or `False`.
pub extern "C" fn taipan_print_bool(v: i64) {
    push(if v != 0 { "True" } else { "False" });
}

/// Appends a float.
pub extern "C" fn taipan_print_f64(v: f64) {
    push(&float_repr(v));
}

/// Appends a complex number.
pub extern "C" fn taipan_print_complex(re: f64, im: f64) {
    push(&complex_repr(re, im));
}

/// Ends the line (the text already holds its end) and prints it.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_print_end(ctx: *mut Ctx, site: i64) -> i32 {
    let line = LINE.with(|l| std::mem::take(&mut *l.borrow_mut()));
    let done = match HOOK.get() {
        Some(hook) => hook(&line),
        None => std::io::stdout().write_all(line.as_bytes()).map_err(|_| ()),
    };
    match done {
        Ok(()) => STATUS_OK,
        Err(()) => {
            // SAFETY: contract of this function.
            unsafe { taipan_trap(ctx, TrapKind::Pending as u32, site as u32, 0, 0, 0, 0) };
            STATUS_TRAP
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_python_prints_them() {
        for (x, s) in [(1.0, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1e-5, "1e-05"), (123456789012345680.0, "1.2345678901234568e+17"), (-0.0, "-0.0"), (1e15, "1000000000000000.0")] {
            assert_eq!(float_repr(x), s);
        }
        assert_eq!(complex_repr(1.0, -2.5), "(1-2.5j)");
        assert_eq!(complex_repr(0.0, 1.0), "1j");
    }
}

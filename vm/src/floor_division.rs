//! Floor divisions of constants, which the interpreter's compiler computes
//! wrongly: `4.0 // 2.0` becomes 0.0, as if nothing left over were nothing at
//! all.
//!
//! Where nothing is left over, true division gives the same number: before the
//! compiler sees the source of such a division, its `//` becomes `/` and a
//! blank, so that every position in the program stays what it was. `compile`,
//! `exec` and `eval` do that, imports and scripts through them. A look at the
//! characters around each `//` tells nearly always that there is nothing to do;
//! only else the source is parsed.

use std::sync::OnceLock;

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyStr},
    common::wtf8::Wtf8,
    compiler::{
        ast::{self, Expr, Number, Operator, UnaryOp, visitor},
        parser,
    },
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};

use ruff_text_size::{Ranged, TextRange};

use crate::start::native;

/// The replaced functions, in the order of [`CHECKED`].
static ORIGINALS: [OnceLock<PyObjectRef>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];

static CHECKED: [PyMethodDef; 3] = [
    PyMethodDef::new_const("compile", |args: FuncArgs, vm: &VirtualMachine| call(0, args, vm), PyMethodFlags::EMPTY, ItemDoc::NONE),
    PyMethodDef::new_const("exec", |args: FuncArgs, vm: &VirtualMachine| call(1, args, vm), PyMethodFlags::EMPTY, ItemDoc::NONE),
    PyMethodDef::new_const("eval", |args: FuncArgs, vm: &VirtualMachine| call(2, args, vm), PyMethodFlags::EMPTY, ItemDoc::NONE),
];

/// Replaces the functions.
///
/// # Errors
/// If the interpreter lacks one of them.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    for (original, checked) in ORIGINALS.iter().zip(&CHECKED) {
        let _ = original.set(native::replace(vm, &vm.builtins, checked)?);
    }
    Ok(())
}

fn call(which: usize, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINALS[which].get() else {
        return Err(vm.new_system_error("the function was not replaced"));
    };
    if let Some(source) = args.args.first_mut().or_else(|| args.kwargs.get_mut(Wtf8::new("source"))) {
        let fixed = match source.downcast_ref::<PyStr>() {
            Some(text) => text.to_str().and_then(divided).map(|text| vm.ctx.new_str(text).into()),
            None => source
                .downcast_ref::<PyBytes>()
                .and_then(|bytes| std::str::from_utf8(bytes.as_bytes()).ok())
                .filter(|text| !names_an_encoding(text))
                .and_then(divided)
                .map(|text| vm.ctx.new_bytes(text.into_bytes()).into()),
        };
        if let Some(fixed) = fixed {
            *source = fixed;
        }
    }
    original.call(args, vm)
}

/// May one of the first two lines say that the bytes are not UTF-8?
fn names_an_encoding(text: &str) -> bool {
    text.lines().take(2).any(|line| line.trim_start().starts_with('#') && line.contains("coding"))
}

/// `source` with true divisions for the floor divisions of constants that would
/// go wrong; `None` if there are none.
pub fn divided(source: &str) -> Option<String> {
    if !may_divide_constants(source.as_bytes()) {
        return None;
    }
    // What `eval` gets may be indented.
    let text = source.trim_start_matches([' ', '\t']);
    let parsed = parser::parse_module(text).ok()?;
    let mut found = Found(Vec::new());
    visitor::walk_body(&mut found, parsed.suite());
    let offset = source.len() - text.len();
    let mut bytes = source.as_bytes().to_vec();
    let mut changed = false;
    for between in found.0 {
        let between = &mut bytes[offset + between.start().to_usize()..offset + between.end().to_usize()];
        if let Some(at) = between.windows(2).position(|w| w == b"//") {
            between[at + 1] = b' ';
            changed = true;
        }
    }
    changed.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// Is there a `//` between what may be numbers?
fn may_divide_constants(source: &[u8]) -> bool {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\\' | b'\n' | b'\r');
    let number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'_');
    let mut at = 0;
    while let Some(n) = source[at..].windows(2).position(|w| w == b"//") {
        let (left, right) = (&source[..at + n], &source[at + n + 2..]);
        at += n + 2;
        let left_fits = match left.iter().rposition(|b| !blank(b)).map(|i| (i, left[i])) {
            Some((i, b')')) => is_constant(left[..i].iter().rev(), b'('),
            Some((_, b)) => number(b),
            None => false,
        };
        let right_fits = left_fits
            && match right.iter().position(|b| !blank(b)).map(|i| (i, right[i])) {
                Some((i, b'(')) => is_constant(right[i + 1..].iter(), b')'),
                Some((_, b)) => number(b) || matches!(b, b'-' | b'+'),
                None => false,
            };
        if right_fits {
            return true;
        }
    }
    false
}

/// May what is inside a bracket, up to its other end, be a constant? Not with a
/// name in it.
fn is_constant<'a>(inside: impl Iterator<Item = &'a u8>, end: u8) -> bool {
    inside.take_while(|b| **b != end).all(|b| !b.is_ascii_alphabetic() || matches!(b, b'e' | b'E'))
}

/// What is between the operands of the divisions that go wrong.
struct Found(Vec<TextRange>);

impl<'a> visitor::Visitor<'a> for Found {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::BinOp(division) = expr
            && division.op == Operator::FloorDiv
            && let (Some(left), Some(right)) = (evaluate(&division.left), evaluate(&division.right))
            && (matches!(left, Constant::Float(_)) || matches!(right, Constant::Float(_)))
            && right.float() != 0.0
            && left.float() % right.float() == 0.0
        {
            self.0.push(TextRange::new(division.left.end(), division.right.start()));
        }
        visitor::walk_expr(self, expr);
    }
}

/// A number known at compile time.
#[derive(Clone, Copy)]
enum Constant {
    Int(i64),
    Float(f64),
}

impl Constant {
    fn float(self) -> f64 {
        match self {
            Constant::Int(i) => i as f64,
            Constant::Float(f) => f,
        }
    }
}

fn evaluate(expr: &Expr) -> Option<Constant> {
    use Constant::{Float, Int};
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral { value, .. }) => match value {
            Number::Int(i) => i.as_i64().map(Int),
            Number::Float(f) => Some(Float(*f)),
            Number::Complex { .. } => None,
        },
        Expr::UnaryOp(unary) => match (unary.op, evaluate(&unary.operand)?) {
            (UnaryOp::USub, Int(i)) => i.checked_neg().map(Int),
            (UnaryOp::USub, Float(f)) => Some(Float(-f)),
            (UnaryOp::UAdd, number) => Some(number),
            _ => None,
        },
        Expr::BinOp(binary) => {
            let (left, right) = (evaluate(&binary.left)?, evaluate(&binary.right)?);
            if let (Int(a), Int(b)) = (left, right) {
                let whole = match binary.op {
                    Operator::Add => a.checked_add(b),
                    Operator::Sub => a.checked_sub(b),
                    Operator::Mult => a.checked_mul(b),
                    Operator::Div if b != 0 => return Some(Float(a as f64 / b as f64)),
                    Operator::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
                    _ => None,
                };
                return whole.map(Int);
            }
            let (a, b) = (left.float(), right.float());
            Some(Float(match binary.op {
                Operator::Add => a + b,
                Operator::Sub => a - b,
                Operator::Mult => a * b,
                Operator::Div if b != 0.0 => a / b,
                Operator::FloorDiv if b != 0.0 => floor_division(a, b).0,
                Operator::Mod if b != 0.0 => floor_division(a, b).1,
                _ => return None,
            }))
        }
        _ => None,
    }
}

/// `divmod(a, b)` as Python has it; `b` is not 0.
fn floor_division(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(a / b), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

#[cfg(test)]
mod tests {
    use super::divided;

    #[test]
    fn exact_divisions_become_true_ones() {
        let cases = [
            ("x = 4.0//2.0\n", Some("x = 4.0/ 2.0\n")),
            ("f(6 // 2.0, -4.0//2)", Some("f(6 /  2.0, -4.0/ 2)")),
            ("2**62//2.0", Some("2**62/ 2.0")),
            ("8.0//2.0//2.0", Some("8.0/ 2.0/ 2.0")),
            ("9.0//3.0//2.0", Some("9.0/ 3.0//2.0")),
            ("(2*3.0)//(4-1)", Some("(2*3.0)/ (4-1)")),
            ("(4.0 //\n 2.0)", Some("(4.0 / \n 2.0)")),
            ("7.0//2.0", None),
            ("x//2.0 + 4//2", None),
            ("'4.0//2.0'", None),
            ("1//0.0", None),
        ];
        for (source, expected) in cases {
            assert_eq!(divided(source).as_deref(), expected, "{source}");
        }
    }
}

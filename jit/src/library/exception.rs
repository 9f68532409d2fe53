//! What handlers of `try` ask about the exception they caught.

use super::{Kind, Row};
use crate::hir::types::Type;
use crate::lir::op::Op;
use crate::lir::{Ty, Value};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::trap::CAUGHT_WORDS;

/// The exception that a handler was entered with; its first instruction.
pub const CAUGHT: &str = "exception.caught";
/// Does `except Exception` take it?
pub const IS_EXCEPTION: &str = "exception.is_exception";

const fn function(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Function, params, infer, lower, ordinary: None, notes: "" }
}

/// The rows.
pub static ROWS: &[Row] = &[
    function(&[CAUGHT], "", |_, _| Ok(Type::Caught), |l, _, _, _| Ok(caught(l))),
    function(&[IS_EXCEPTION], "exception", |_, _| Ok(Type::BOOL), |l, _, a, _| {
        let words = l.parts(a.get(0)?.hir()?);
        Ok(vec![is_exception(l, &words)])
    }),
];

fn caught(l: &mut Lowerer<'_>) -> Parts {
    let block = l.stack(8 * CAUGHT_WORDS as i64);
    let ctx = l.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
    l.runtime("taipan_caught", &[ctx, block]);
    (0..CAUGHT_WORDS).map(|i| l.b.load(Ty::I64, block, 8 * i as i64)).collect()
}

fn is_exception(l: &mut Lowerer<'_>, words: &[Value]) -> Value {
    let yes = l.runtime("taipan_is_exception", &[words[0], words[1]]).expect("has a result");
    l.b.op(Op::Itrunc, Ty::I1, &[yes], 0)
}

//! Lists of Python numbers in ordinary loops: every access is a call of the
//! interpreter side, which looks at the item's class and hands over its bits.

use super::{Lowerer, Parts};
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::types::DType;
use crate::hir::{self, ExitReason};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};

/// The class of an item, as the interpreter side takes it.
pub fn class_number(d: DType) -> Option<i64> {
    CLASSES.iter().position(|c| *c == d).map(|n| n as i64)
}

/// int, float, bool.
pub const CLASSES: &[DType] = &[DType::I64, DType::F64, DType::Bool];

impl Lowerer<'_> {
    fn class_value(&mut self, d: DType) -> Result<Value, CompileError> {
        let n = class_number(d).ok_or_else(|| CompileError::bug(format!("list of {}", d.name())))?;
        Ok(self.i64(n))
    }

    /// Calls `name`, which gives 0 or a reason to leave.
    fn list_call(&mut self, name: &str, args: &[Value], reason: ExitReason) -> Result<(), CompileError> {
        let bad = self.runtime(name, args).ok_or_else(|| CompileError::bug("has a result"))?;
        let none = self.b.iconst(Ty::I32, 0);
        let c = self.b.icmp(Cc::Ne, bad, none);
        self.exit_if(c, reason)
    }

    /// The item at a position, as the class that is expected; leaves if it is
    /// of another or there is none.
    pub(crate) fn list_get(&mut self, list: Value, position: Value, d: DType) -> Result<Parts, CompileError> {
        let (class, out) = (self.class_value(d)?, self.stack(8));
        self.list_call("taipan_list_get", &[list, position, class, out], ExitReason::TypeChanged)?;
        let word = self.b.load(Ty::I64, out, 0);
        Ok(vec![match scalar_ty(d) {
            Ty::F64 => self.b.op(Op::Bitcast, Ty::F64, &[word], 0),
            Ty::I1 => self.b.op(Op::Itrunc, Ty::I1, &[word], 0),
            _ => word,
        }])
    }

    pub(crate) fn list_item(&mut self, object: hir::Value, index: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let at = self.int_of(index)?;
        let list = self.parts(object)[0];
        self.list_get(list, at, d)
    }

    pub(crate) fn store_list_item(&mut self, object: hir::Value, index: hir::Value, value: hir::Value) -> Result<(), CompileError> {
        let at = self.int_of(index)?;
        let list = self.parts(object)[0];
        let (d, x) = self.any_number(value)?;
        let class = self.class_value(d)?;
        let word = match scalar_ty(d) {
            Ty::F64 => self.b.op(Op::Bitcast, Ty::I64, &[x], 0),
            _ => self.b.convert(Op::Zext, Ty::I64, x),
        };
        self.list_call("taipan_list_set", &[list, at, class, word], ExitReason::Index)
    }

    /// Number of items now.
    pub(crate) fn list_length(&mut self, list: Value) -> Result<Value, CompileError> {
        self.runtime("taipan_list_length", &[list]).ok_or_else(|| CompileError::bug("has a result"))
    }
}

//! Reductions of whole arrays to a scalar, run in the same loop nest that
//! computes their operand; reductions along an axis are runtime kernels.

use super::expr::Expr;
use super::kernel::KernelArg;
use super::typing::Accumulate;
use super::value::ArrayVal;
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp};
use crate::lir::op::Cc;
use crate::lir::{Ty, Value};
use crate::library::ufunc;
use crate::lower::{Lowerer, Parts};
use taipan_runtime::trap::{TrapKind, intern};

/// How elements are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Add,
    Mul,
    Min,
    Max,
    And,
    Or,
}

impl Fold {
    /// The ufunc whose reduction it is.
    pub fn ufunc(self) -> &'static str {
        match self {
            Fold::Add => "add",
            Fold::Mul => "multiply",
            Fold::Min => "minimum",
            Fold::Max => "maximum",
            Fold::And => "logical_and",
            Fold::Or => "logical_or",
        }
    }
}

/// A reduction known to compiled code.
#[derive(Debug)]
pub struct ReductionRow {
    /// NumPy function and array method.
    pub name: &'static str,
    pub accumulate: Accumulate,
    pub fold: Option<Fold>,
}

/// Every reduction: the functions `numpy.NAME` and the methods `array.NAME`.
pub static REDUCTIONS: &[ReductionRow] = &[
    ReductionRow { name: "sum", accumulate: Accumulate::Wide, fold: Some(Fold::Add) },
    ReductionRow { name: "prod", accumulate: Accumulate::Wide, fold: Some(Fold::Mul) },
    ReductionRow { name: "min", accumulate: Accumulate::Same, fold: Some(Fold::Min) },
    ReductionRow { name: "max", accumulate: Accumulate::Same, fold: Some(Fold::Max) },
    ReductionRow { name: "amin", accumulate: Accumulate::Same, fold: Some(Fold::Min) },
    ReductionRow { name: "amax", accumulate: Accumulate::Same, fold: Some(Fold::Max) },
    ReductionRow { name: "any", accumulate: Accumulate::Bool, fold: Some(Fold::Or) },
    ReductionRow { name: "all", accumulate: Accumulate::Bool, fold: Some(Fold::And) },
    ReductionRow { name: "mean", accumulate: Accumulate::Mean, fold: Some(Fold::Add) },
    ReductionRow { name: "var", accumulate: Accumulate::Mean, fold: None },
    ReductionRow { name: "std", accumulate: Accumulate::Mean, fold: None },
    ReductionRow { name: "argmin", accumulate: Accumulate::Index, fold: None },
    ReductionRow { name: "argmax", accumulate: Accumulate::Index, fold: None },
    ReductionRow { name: "count_nonzero", accumulate: Accumulate::Index, fold: None },
];

/// The row of a reduction by name.
pub fn reduction(name: &str) -> Option<&'static ReductionRow> {
    REDUCTIONS.iter().find(|r| r.name == name)
}

impl Lowerer<'_> {
    /// Reduces HIR array `v` (possibly fused) to a scalar of type `to`.
    ///
    /// # Errors
    /// Element types without the operation.
    pub fn reduce_all(&mut self, row: &ReductionRow, v: hir::Value, to: DType) -> Result<Parts, CompileError> {
        match (row.fold, row.name) {
            (Some(fold), "mean") => {
                let e = self.expr(v)?;
                let total = self.fold_expr(&e, fold, to, None)?;
                let n = self.expr_size(&e)?;
                let n = self.cast_scalar(&[n], DType::I64, to);
                self.arith(BinaryOp::Div, to, &total, &n, ErrorModel::Numpy)
            }
            (Some(fold), _) => {
                let e = self.expr(v)?;
                // Bool of anything: its truth.
                let name = matches!(fold, Fold::Min | Fold::Max).then_some(row.name);
                self.fold_expr(&e, fold, to, name)
            }
            (None, name) => {
                let a = self.materialised(v)?;
                self.kernel_scalar(name, &[KernelArg::Array(a)], to)
            }
        }
    }

    /// Number of elements of the broadcast expression.
    fn expr_size(&mut self, e: &Expr) -> Result<Value, CompileError> {
        let mut arrays = vec![];
        e.arrays(&mut arrays);
        let operands: Vec<ArrayVal> = arrays.into_iter().cloned().collect();
        let shape = self.broadcast_shape(&operands)?;
        Ok(self.product(&shape))
    }

    /// Folds every element. `required` names a reduction without identity,
    /// for the error when there is nothing to fold.
    pub(crate) fn fold_expr(&mut self, e: &Expr, fold: Fold, to: DType, required: Option<&str>) -> Result<Parts, CompileError> {
        if let Some(name) = required {
            let n = self.expr_size(e)?;
            let zero = self.i64(0);
            let empty = self.b.icmp(Cc::Eq, n, zero);
            // Errors name the ufunc that reduces.
            let ufunc = match name {
                "max" | "amax" => "maximum",
                "min" | "amin" => "minimum",
                name => name,
            };
            let id = self.i64(intern(ufunc) as i64);
            self.b.trap_if(empty, TrapKind::EmptyReduction, &[id]);
        }
        let init = self.fold_identity(fold, to);
        if self.parallel_expressions() {
            return self.parallel_fold(e, fold, to, &init);
        }
        self.for_each_element(e, &[], &init, &mut |l, e, cursor, acc| {
            let x = l.element(e, &mut cursor.iter().copied(), to)?;
            l.fold_step(fold, to, acc, &x)
        })
    }

    /// `acc` with one more element.
    ///
    /// # Errors
    /// Element types without the operation.
    pub fn fold_step(&mut self, fold: Fold, d: DType, acc: &[Value], x: &[Value]) -> Result<Parts, CompileError> {
        let chosen = ufunc::resolve(fold.ufunc(), &[d, d])?;
        ufunc::lower(self, &chosen, &[acc.to_vec(), x.to_vec()])
    }

    /// What folding nothing gives; for min and max the value every element beats.
    pub fn fold_identity(&mut self, fold: Fold, d: DType) -> Parts {
        let ty = scalar_ty(d);
        match fold {
            Fold::Add | Fold::Or => self.zero(&Type::Scalar(d)),
            Fold::Mul => self.number(d, 1.0, 0.0, 1),
            Fold::And => vec![self.b.iconst(Ty::I1, 1)],
            Fold::Min | Fold::Max => {
                let low = fold == Fold::Max;
                if ty.is_float() {
                    let bound = if low { f64::NEG_INFINITY } else { f64::INFINITY };
                    return self.number(d, bound, bound, 0);
                }
                let bits = ty.bits();
                let signed = d.kind() == taipan_runtime::dtype::Kind::Signed;
                let value = match (signed, low) {
                    (true, true) => -1i64 << (bits - 1),
                    (true, false) => (1i64 << (bits - 1)).wrapping_sub(1),
                    (false, true) => 0,
                    (false, false) => -1,
                };
                let value = if ty == Ty::I1 { value & 1 } else { value };
                vec![self.b.iconst(ty, value)]
            }
        }
    }

    /// HIR array `v` as an array in memory.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn materialised(&mut self, v: hir::Value) -> Result<ArrayVal, CompileError> {
        match self.expr(v)? {
            Expr::Array(a) => Ok(a),
            e => {
                let ty = self.ty(v).array().ok_or_else(|| CompileError::bug("expression that is no array"))?;
                self.materialise(&e, ty)
            }
        }
    }
}

//! `raise`, unbound variables, and the table of exceptions that compiled code
//! raises.

use super::Lowerer;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global};
use crate::hir::{self, ExitReason, Op as Hop};
use crate::lir::op::Op;
use crate::lir::{Ty, Value};
use std::sync::{Arc, Mutex, OnceLock};
use taipan_runtime::trap::{TrapKind, intern};

/// An argument of a raised exception.
#[derive(Clone, Debug)]
pub enum RaiseArg {
    Const(ConstValue),
    /// A number in `Trap::args[slot]`: integers and bools extended to 64 bits,
    /// floats as the bits of a float64.
    Runtime { dtype: DType, slot: u32 },
}

/// What `raise X(args…)` makes; `Trap::args[0]` of `TrapKind::Raise` is its
/// number.
#[derive(Clone, Debug)]
pub struct Raised {
    /// `Global::ExceptionClass`, or `Global::Library("builtins.…")`.
    pub class: Arc<Global>,
    /// `None`: the class itself is raised.
    pub args: Option<Vec<RaiseArg>>,
}

static RAISED: OnceLock<Mutex<Vec<Raised>>> = OnceLock::new();

fn table() -> std::sync::MutexGuard<'static, Vec<Raised>> {
    RAISED.get_or_init(Mutex::default).lock().unwrap_or_else(|e| e.into_inner())
}

/// The exception with this number.
pub fn raised(id: u64) -> Option<Raised> {
    table().get(id as usize).cloned()
}

fn add(r: Raised) -> u64 {
    let mut t = table();
    t.push(r);
    t.len() as u64 - 1
}

/// Numbers that one trap can carry beside the exception's own number.
const SLOTS: u32 = 4;

impl<'a> Lowerer<'a> {
    /// Ends the block with an exception.
    pub(crate) fn raise(&mut self, exception: Option<hir::Value>) -> Result<(), CompileError> {
        let Some(v) = exception else {
            self.b.trap(TrapKind::Assertion, &[]);
            return Ok(());
        };
        if let Type::Global(class) = self.ty(v) {
            let id = add(Raised { class: class.clone(), args: None });
            let id = self.i64(id as i64);
            self.b.trap(TrapKind::Raise, &[id]);
            return Ok(());
        }
        let Some(Hop::Call { callee, args, keywords }) = self.def_inst(v).map(|i| &i.op) else {
            return Err(CompileError::unsupported("T0403", "raise of an exception that is not made in the raise statement"));
        };
        let Type::Global(class) = self.ty(*callee) else { return Err(CompileError::typing("exceptions must derive from BaseException")) };
        if !keywords.is_empty() {
            return Err(CompileError::unsupported("T0404", "keyword arguments of an exception"));
        }
        let mut slots: Vec<Value> = Vec::new();
        let mut list = Vec::new();
        for a in args {
            list.push(match (self.const_of(*a), self.ty(*a)) {
                (Some(c), _) => RaiseArg::Const(c),
                (None, Type::Scalar(d)) if d.kind() != taipan_runtime::dtype::Kind::Complex && (slots.len() as u32) + 1 < SLOTS => {
                    let p = self.parts(*a)[0];
                    let word = if d.is_float() {
                        let wide = self.cast_real(p, *d, DType::F64);
                        self.b.op(Op::Bitcast, Ty::I64, &[wide], 0)
                    } else {
                        self.cast_real(p, *d, DType::I64)
                    };
                    slots.push(word);
                    RaiseArg::Runtime { dtype: *d, slot: slots.len() as u32 }
                }
                (None, t) => return Err(CompileError::unsupported("T0405", format!("exception argument of type {t}"))),
            });
        }
        let id = add(Raised { class: class.clone(), args: Some(list) });
        let mut operands = vec![self.i64(id as i64)];
        operands.extend(slots);
        self.b.trap(TrapKind::Raise, &operands);
        Ok(())
    }

    /// UnboundLocalError when `missing` holds.
    pub(crate) fn unbound_if(&mut self, missing: Value, name: &str) -> Result<(), CompileError> {
        if self.hir.ordinary {
            return self.exit_if(missing, ExitReason::Unbound);
        }
        let (bad, ok) = (self.b.new_block(), self.b.new_block());
        self.b.func.blocks[bad.index()].cold = true;
        self.b.brif(missing, (bad, &[]), (ok, &[]));
        self.b.switch_to(bad);
        let id = self.i64(intern(name) as i64);
        self.b.trap(TrapKind::UnboundLocal, &[id]);
        self.b.switch_to(ok);
        Ok(())
    }
}

//! `raise`, unbound variables, and the table of exceptions that compiled code
//! raises.

use super::{Lowerer, text};
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
    /// A value in the payload, from word `at` on; see `Lowerer::payload_words`.
    Payload { ty: Type, at: u32 },
}

/// What `raise X(args…)` makes; `Trap::args[0]` of `TrapKind::Raise` is its
/// number.
#[derive(Clone, Debug)]
pub struct Raised {
    /// `Global::ExceptionClass`, or `Global::Library("builtins.…")`.
    pub class: Arc<Global>,
    /// `None`: the class itself is raised.
    pub args: Option<Vec<RaiseArg>>,
    /// Names of the last arguments, given by keyword.
    pub names: Vec<Arc<str>>,
}

static RAISED: OnceLock<Mutex<Vec<Raised>>> = OnceLock::new();

fn table() -> std::sync::MutexGuard<'static, Vec<Raised>> {
    RAISED.get_or_init(Mutex::default).lock().unwrap_or_else(|e| e.into_inner())
}

/// The exception with this number.
pub fn raised(id: u64) -> Option<Raised> {
    table().get(id as usize).cloned()
}

/// Does `except Exception` take the exception with these words? 1 or 0.
/// `kind` is the first word that `taipan_caught` gave, `number` the second.
pub extern "C" fn taipan_is_exception(kind: i64, number: i64) -> i64 {
    const OTHERS: [&str; 4] = ["BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit"];
    if kind as u32 != TrapKind::Raise as u32 {
        return 1;
    }
    let other = raised(number as u64).is_some_and(|r| match &*r.class {
        Global::ExceptionClass { name, .. } => OTHERS.contains(&&**name),
        Global::Library(path) => path.strip_prefix("builtins.").is_some_and(|n| OTHERS.contains(&n)),
        _ => false,
    });
    i64::from(!other)
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
            let id = add(Raised { class: class.clone(), args: None, names: vec![] });
            let id = self.i64(id as i64);
            self.b.trap(TrapKind::Raise, &[id]);
            return Ok(());
        }
        if *self.ty(v) == Type::Caught {
            let words = self.parts(v);
            let block = self.stack(8 * words.len() as i64);
            for (i, w) in words.iter().enumerate() {
                self.b.store(block, *w, 8 * i as i64);
            }
            let ctx = self.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
            self.runtime("taipan_reraise", &[ctx, block]);
            self.b.reraise();
            return Ok(());
        }
        let Some(Hop::Call { callee, args, keywords }) = self.def_inst(v).map(|i| &i.op) else {
            return Err(CompileError::unsupported("T0403", "raise of an exception that is not made in the raise statement"));
        };
        let Type::Global(class) = self.ty(*callee) else { return Err(CompileError::typing("exceptions must derive from BaseException")) };
        let all: Vec<hir::Value> = args.iter().copied().chain(keywords.iter().map(|k| k.1)).collect();
        let names = keywords.iter().map(|k| k.0.clone()).collect();
        let mut slots: Vec<Value> = Vec::new();
        let mut payload: Vec<Value> = Vec::new();
        let mut list = Vec::new();
        // A payload's number takes a slot itself.
        let fits = |l: &Self| {
            let real = |t: &Type| t.scalar().is_some_and(|d| !d.is_complex());
            let varying: Vec<_> = all.iter().filter(|a| l.const_of(**a).is_none()).collect();
            varying.len() < SLOTS as usize && varying.iter().all(|a| real(l.ty(**a)))
        };
        let plain = fits(self);
        for a in &all {
            let t = self.ty(*a).clone();
            list.push(match (self.const_of(*a), &t) {
                (Some(c), _) => RaiseArg::Const(c),
                (None, Type::Scalar(d)) if plain => {
                    let p = self.parts(*a);
                    slots.extend(self.number_words(*d, &p));
                    RaiseArg::Runtime { dtype: *d, slot: slots.len() as u32 }
                }
                (None, _) => {
                    let at = payload.len() as u32;
                    let p = self.parts(*a);
                    self.payload_words(&t, &p, &mut payload)?;
                    RaiseArg::Payload { ty: t, at }
                }
            });
        }
        if !payload.is_empty() {
            let block = self.stack(8 * payload.len() as i64);
            for (i, w) in payload.iter().enumerate() {
                self.b.store(block, *w, 8 * i as i64);
            }
            let n = self.i64(payload.len() as i64);
            slots.push(self.runtime("taipan_keep_words", &[block, n]).expect("has a result"));
        }
        let id = add(Raised { class: class.clone(), args: Some(list), names });
        let mut operands = vec![self.i64(id as i64)];
        operands.extend(slots);
        self.b.trap(TrapKind::Raise, &operands);
        Ok(())
    }

    /// A number as words: integers and bools extended to 64 bits, floats as
    /// the bits of a float64.
    fn number_words(&mut self, d: DType, p: &[Value]) -> Vec<Value> {
        let float = d.is_float() || d.is_complex();
        p.iter()
            .map(|v| {
                if float {
                    let wide = self.cast_real(*v, d.real_part(), DType::F64);
                    self.b.op(Op::Bitcast, Ty::I64, &[wide], 0)
                } else {
                    self.cast_real(*v, d, DType::I64)
                }
            })
            .collect()
    }

    /// Appends the words of a value: numbers as above, a text as the number
    /// of an interned one, a tuple as its items, an optional behind a flag.
    fn payload_words(&mut self, t: &Type, p: &[Value], out: &mut Vec<Value>) -> Result<(), CompileError> {
        match t {
            Type::None => {}
            Type::Scalar(d) if *d != DType::F16 => out.extend(self.number_words(*d, p)),
            Type::Str => out.extend(self.runtime("taipan_text_intern", &[p[text::DATA], p[text::LENGTH]])),
            Type::Tuple(items) => {
                let mut at = 0;
                for t in items.iter() {
                    let n = crate::abi::flatten(t).len();
                    self.payload_words(t, &p[at..at + n], out)?;
                    at += n;
                }
            }
            Type::Optional(t) => {
                out.push(self.resize_int(p[0], false, Ty::I64));
                self.payload_words(t, &p[1..], out)?;
            }
            t => return Err(CompileError::unsupported("T0405", format!("exception argument of type {t}"))),
        }
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

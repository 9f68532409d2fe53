//! What `raise X(args)` in compiled code raises.
//!
//! Compiled code traps with `TrapKind::Raise` and `args[0]` = the number of a
//! template made at compile time; arguments known only at run time are read
//! from the other trap slots.

use crate::hir::types::DType;
use crate::hir::value::ConstValue;
use std::sync::{Arc, Mutex};

/// One argument of the exception.
#[derive(Clone, Debug)]
pub enum ExceptionArg {
    /// Known at compile time.
    Const(ConstValue),
    /// A number at run time: `Trap::args[slot]` holds its bits in the low
    /// bytes. Complex numbers take this slot and the next.
    Slot { slot: u32, dtype: DType },
}

/// The exception of one `raise` statement.
#[derive(Clone, Debug)]
pub struct ExceptionTemplate {
    /// The vm's handle of the class (`Global::ExceptionClass::id`).
    pub class: u64,
    pub args: Vec<ExceptionArg>,
}

/// Trap slots that a template's arguments may use: 1, 2, 3.
pub const ARG_SLOTS: std::ops::Range<u32> = 1..4;

static TEMPLATES: Mutex<Vec<Arc<ExceptionTemplate>>> = Mutex::new(Vec::new());

/// Registers a template and gives its number.
pub fn add(template: ExceptionTemplate) -> u64 {
    let mut all = TEMPLATES.lock().unwrap_or_else(|e| e.into_inner());
    all.push(Arc::new(template));
    all.len() as u64 - 1
}

/// The template with this number.
pub fn get(id: u64) -> Option<Arc<ExceptionTemplate>> {
    TEMPLATES.lock().unwrap_or_else(|e| e.into_inner()).get(id as usize).cloned()
}

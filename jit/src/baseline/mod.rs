//! The baseline back end: LIR to x86-64 in linear passes, for a first call
//! that costs less than a millisecond.
//!
//! `select` decides what is emitted where, `regalloc` gives each value one
//! place for its life, `emit` and its neighbours write instructions through
//! `asm`. There is no optimisation across instructions besides: that is the
//! optimising tier's work.
//!
//! Registers: rax, rcx, rdx, xmm14, xmm15 are scratch; r15 is the context; all
//! others are allocated. Frame, from rsp up: outgoing arguments, result area of
//! calls, buffer of `poll`, spill slots, stack objects, saved registers, result
//! pointer.
//!
//! A value of a small integer type has unspecified upper bits in its register,
//! i1 is 0 or 1 in all 64 bits.
//!
//! The module holds no `unsafe`: it writes bytes; whoever calls them vouches
//! for `unit.rs`'s contract.

mod asm;
mod call;
mod disassemble;
mod emit;
mod float;
mod frame;
mod integer;
mod moves;
mod regalloc;
mod select;
mod sysv;

use crate::exec_memory::ExecMemory;
use crate::lir::Module;
use crate::unit::EntryCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Why there is no code.
#[derive(Debug)]
pub enum CodegenError {
    /// The back end or the processor lacks something.
    Unsupported(String),
    /// No executable memory.
    Memory(std::io::Error),
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodegenError::Unsupported(what) => f.write_str(what),
            CodegenError::Memory(e) => write!(f, "executable memory: {e}"),
        }
    }
}
impl std::error::Error for CodegenError {}

/// One function's range in the code.
#[derive(Clone, Debug)]
pub struct FuncRange {
    pub name: String,
    pub start: usize,
    pub end: usize,
}

/// Machine code of a module. It must outlive every call of its addresses.
#[derive(Debug)]
pub struct CompiledCode {
    memory: ExecMemory,
    direct: usize,
    uniform: usize,
    /// Functions, then the uniform entry, by ascending offset.
    pub funcs: Vec<FuncRange>,
    /// Cells that the code calls through.
    callees: Vec<Arc<EntryCell>>,
}

impl CompiledCode {
    /// Entry with the LIR calling convention.
    pub fn direct(&self) -> *const u8 {
        self.memory.address(self.direct)
    }
    /// Entry of type [`NativeEntry`](crate::unit::NativeEntry).
    pub fn uniform(&self) -> *const u8 {
        self.memory.address(self.uniform)
    }
    /// All bytes, constants included.
    pub fn bytes(&self) -> &[u8] {
        self.memory.bytes()
    }
    /// Makes callers use this code.
    pub fn install(&self, cell: &EntryCell) {
        cell.direct.store(self.direct().cast_mut(), Ordering::Release);
        cell.uniform.store(self.uniform().cast_mut(), Ordering::Release);
    }
    /// How many other units the code calls.
    pub fn callee_count(&self) -> usize {
        self.callees.len()
    }
    /// Assembly listing.
    pub fn disassemble(&self) -> String {
        disassemble::listing(self.bytes(), self.memory.address(0).addr() as u64, &self.funcs)
    }
}

/// Compiles a module; function 0 is the entry. `unit_id` is what `poll` tells
/// the tier controller, `cell` the unit's own entry cell, whose `osr_ready`
/// polls look at: it must outlive the code.
///
/// The module must be one that [`verify`](crate::lir::verify::verify) accepts.
pub fn compile(module: &Module, unit_id: u64, cell: &EntryCell) -> Result<CompiledCode, CodegenError> {
    let code = emit::module(module, unit_id, cell)?;
    let memory = ExecMemory::new(&code.bytes).map_err(CodegenError::Memory)?;
    let named: Vec<_> = code
        .funcs
        .iter()
        .map(|f| (format!("py::{} [baseline]", f.name), memory.address(f.start), (f.end - f.start) as u64))
        .collect();
    crate::perfmap::add(&named);
    let callees = module.imports.iter().map(|i| i.entry.clone()).collect();
    Ok(CompiledCode { memory, direct: code.direct, uniform: code.uniform, funcs: code.funcs, callees })
}

//! A function's bytecode as the compiler reads it: RustPython instructions
//! decoded once (extended arguments folded, caches skipped, specialised and
//! instrumented forms undone), constants as [`ConstValue`]s.

pub mod cfg;
pub mod decode;

use crate::hir::value::ConstValue;
pub use rustpython_compiler_core::bytecode::Opcode;
use std::sync::Arc;

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Instr {
    /// Code-unit offset where it starts (its first EXTENDED_ARG, if any).
    pub start: u32,
    /// Code-unit offset of the operation itself.
    pub offset: u32,
    pub op: Opcode,
    pub arg: u32,
    /// Code-unit offset of the next instruction (after caches).
    pub next: u32,
    /// 1-based source line; 0 = none.
    pub line: u32,
}

impl Instr {
    /// Code-unit offset this instruction may jump to (taken branch of
    /// conditional ones; the exhausted exit of `FOR_ITER`).
    pub fn target(&self) -> Option<u32> {
        match self.op {
            Opcode::JumpForward
            | Opcode::PopJumpIfFalse
            | Opcode::PopJumpIfTrue
            | Opcode::PopJumpIfNone
            | Opcode::PopJumpIfNotNone
            | Opcode::ForIter
            | Opcode::Send => Some(self.next + self.arg),
            Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt => self.next.checked_sub(self.arg),
            _ => None,
        }
    }
    /// Can control reach the next instruction?
    pub fn falls_through(&self) -> bool {
        !matches!(
            self.op,
            Opcode::JumpForward
                | Opcode::JumpBackward
                | Opcode::JumpBackwardNoInterrupt
                | Opcode::ReturnValue
                | Opcode::RaiseVarargs
                | Opcode::Reraise
                | Opcode::InterpreterExit
        )
    }
}

/// A range of instructions covered by an exception handler.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    pub start: u32,
    pub end: u32,
    pub target: u32,
    pub depth: u32,
    pub push_lasti: bool,
}

/// A code object.
#[derive(Clone, Debug)]
pub struct Code {
    pub name: Arc<str>,
    pub qualname: Arc<str>,
    pub file: Arc<str>,
    pub first_line: u32,
    pub arg_count: u32,
    pub posonly_arg_count: u32,
    pub kwonly_arg_count: u32,
    pub has_varargs: bool,
    pub has_varkeywords: bool,
    pub is_generator: bool,
    pub is_coroutine: bool,
    /// Names of the `localsplus` slots: locals, then cells, then free variables.
    pub locals: Vec<Arc<str>>,
    /// For each `locals` slot: is it a cell, is it free?
    pub is_cell: Vec<bool>,
    pub is_free: Vec<bool>,
    pub names: Vec<Arc<str>>,
    pub consts: Vec<ConstValue>,
    pub instrs: Vec<Instr>,
    pub handlers: Vec<Handler>,
    pub max_stack: u32,
}

impl Code {
    /// Position in [`Code::instrs`] of the instruction that starts at (or
    /// contains) a code-unit offset.
    pub fn position(&self, offset: u32) -> Option<usize> {
        let i = self.instrs.partition_point(|i| i.next <= offset);
        (i < self.instrs.len()).then_some(i)
    }
}

impl Code {
    /// One line an instruction: offset, operation, argument, jump target, line.
    pub fn listing(&self) -> String {
        use std::fmt::Write;
        let mut out = format!("code {} ({}:{})\n", self.qualname, self.file, self.first_line);
        let mut line = 0;
        for i in &self.instrs {
            let place = if i.line == line { String::new() } else { i.line.to_string() };
            line = i.line;
            let target = i.target().map_or(String::new(), |t| format!(" -> {t}"));
            let _ = writeln!(out, "{place:>6} {:>5} {:?} {}{target}", i.start, i.op, i.arg);
        }
        out
    }
}

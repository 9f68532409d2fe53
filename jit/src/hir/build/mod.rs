//! Bytecode to HIR by abstract interpretation of the value stack.
//!
//! [`dispatch`] knows what each opcode does to the stack; what a variable, an
//! operation or a branch *means* is the machine's business: [`nopython`]
//! builds one HIR block for each basic block and joins what meets there;
//! [`ordinary`] builds a version of a block for every combination of types
//! that reaches it.

pub mod dispatch;
pub mod nopython;
pub mod ordinary;

use super::value::ConstValue;
use super::{ExitReason, Op, Value, Variable};
use crate::error::CompileError;
use std::sync::Arc;

/// Keyword that stands for `*` in a call: its value is a tuple of further
/// positional arguments. Gone once the tuple's items are known.
pub const STAR: &str = "*";

/// A slot of the abstract value stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A Python object.
    Value(Value),
    /// NULL of the call convention.
    Null,
    /// A cell object (its slot), on its way into a closure.
    Cell(u32),
    /// The cells of a closure.
    Cells(Vec<u32>),
    /// What a comprehension saved of a variable it reuses.
    Saved(Local),
    /// In a handler: the exception that it handles.
    Handled(Value),
}

/// A local variable in the abstract state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Local {
    /// Certainly unassigned (or not needed any more).
    Unassigned,
    Assigned(Value),
    /// Assigned if the flag (bool) holds.
    Maybe { value: Value, flag: Value },
}

/// Why building does not go on in a straight line.
#[derive(Debug)]
pub enum Stop {
    /// The function cannot be compiled.
    Error(Box<CompileError>),
    /// Ordinary loops: leave at the current instruction.
    Exit(ExitReason),
    /// Ordinary loops: the machine ended the block itself and goes on behind
    /// the instruction.
    Branched,
}

impl From<CompileError> for Stop {
    fn from(e: CompileError) -> Self {
        Stop::Error(Box::new(e))
    }
}

/// Result of a building step.
pub type Step<T> = Result<T, Stop>;

/// What a display makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    Tuple,
    List,
}

/// What the opcode dispatch drives.
pub trait Machine {
    /// The abstract value stack.
    fn stack(&mut self) -> &mut Vec<Item>;
    /// Drops the top of the stack.
    fn discard(&mut self) -> Step<()>;
    /// Appends an instruction with one result.
    fn emit(&mut self, op: Op) -> Step<Value>;
    /// Appends an instruction without results.
    fn emit_effect(&mut self, op: Op) -> Step<()>;
    /// Is the value a known constant?
    fn constant(&self, v: Value) -> Option<ConstValue>;
    /// The operation that made the value, where it is still visible.
    fn made_by(&self, v: Value) -> Option<Op>;
    /// Can it make text at run time?
    fn has_text(&self) -> bool {
        false
    }
    /// The items of a display under construction that nobody else sees; what
    /// made it is made void. `None` = not such a value.
    fn take_display(&mut self, v: Value) -> Option<(Display, Vec<Value>)> {
        match self.made_by(v) {
            Some(Op::Tuple(items)) => Some((Display::Tuple, items)),
            _ => None,
        }
    }
    /// Reads a variable; `Cell` items for slots whose cell itself is meant.
    fn load(&mut self, v: Variable) -> Step<Item>;
    /// Writes a variable.
    fn store(&mut self, v: Variable, item: Item) -> Step<()>;
    /// Moves a variable out, leaving it unassigned.
    fn take(&mut self, slot: u32) -> Step<Item>;
    /// Contents of a cell now, to be captured by an inner function.
    fn capture(&mut self, slot: u32) -> Step<Value>;
    /// A value that stands for something outside (`AssertionError` …).
    fn builtin(&mut self, name: &str) -> Step<Value>;
    /// Ends the block: a branch; positions are block starts.
    fn branch(&mut self, cond: Value, then: usize, otherwise: usize) -> Step<()>;
    /// Ends the block: `FOR_ITER`; the iterator is on top of the stack.
    fn for_iter(&mut self, body: usize, done: usize) -> Step<()>;
    /// Ends the block: a jump.
    fn jump(&mut self, to: usize) -> Step<()>;
    /// Ends the block: return.
    fn ret(&mut self, v: Value) -> Step<()>;
    /// Ends the block: raise.
    fn raise(&mut self, exception: Value) -> Step<()>;
    /// What an unsupported construct means here.
    fn unsupported(&self, code: &'static str, what: String) -> Stop;
}

/// Stack access shared by the machines.
pub trait StackExt: Machine {
    /// Pops an object.
    fn pop(&mut self) -> Step<Value> {
        match self.stack().pop() {
            Some(Item::Value(v)) => Ok(v),
            Some(_) => Err(self.unsupported("T0002", "a construct that keeps interpreter internals on the stack".into())),
            None => Err(CompileError::bug("value stack underflow").into()),
        }
    }
    /// Pops anything.
    fn pop_item(&mut self) -> Step<Item> {
        self.stack().pop().ok_or_else(|| CompileError::bug("value stack underflow").into())
    }
    /// Pops `n` objects; the first pushed comes first.
    fn pop_n(&mut self, n: usize) -> Step<Vec<Value>> {
        let mut out = (0..n).map(|_| self.pop()).collect::<Step<Vec<_>>>()?;
        out.reverse();
        Ok(out)
    }
    /// Pushes an object.
    fn push(&mut self, v: Value) {
        self.stack().push(Item::Value(v));
    }
    /// Appends an instruction and pushes its result.
    fn emit_push(&mut self, op: Op) -> Step<()> {
        let v = self.emit(op)?;
        self.push(v);
        Ok(())
    }
    /// A constant; slices and tuples that contain them become instructions.
    fn emit_const(&mut self, c: &ConstValue) -> Step<Value> {
        match c {
            ConstValue::Slice(parts) => {
                let mut member = |m: Option<i64>| m.map(|i| self.emit(Op::Const(ConstValue::Int(i)))).transpose();
                let (start, stop, step) = (member(parts[0])?, member(parts[1])?, member(parts[2])?);
                self.emit(Op::Slice { start, stop, step })
            }
            ConstValue::Tuple(items) if items.iter().any(has_slice) => {
                let items = items.iter().map(|i| self.emit_const(i)).collect::<Step<Vec<_>>>()?;
                self.emit(Op::Tuple(items))
            }
            c => self.emit(Op::Const(c.clone())),
        }
    }
}

impl<M: Machine> StackExt for M {}

fn has_slice(c: &ConstValue) -> bool {
    match c {
        ConstValue::Slice(_) => true,
        ConstValue::Tuple(t) => t.iter().any(has_slice),
        _ => false,
    }
}

/// The name that `Function(...)` messages and undefined names use.
pub(crate) fn undefined_name(name: &Arc<str>) -> CompileError {
    let mut e = CompileError::typing(format!("NameError: name '{name}' is not defined"));
    e.undefined_name = Some(name.clone());
    e
}

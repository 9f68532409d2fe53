//! From a RustPython 0.6.0 code object to [`Code`].
//!
//! Instructions are read through the atomic accessors, because the running
//! interpreter specialises and instruments them in place; both are undone
//! here, so that a warm function compiles like a fresh one.

use super::{Code, Handler, Instr};
use crate::error::CompileError;
use crate::hir::value::{ConstValue, Global};
use rustpython_compiler_core::bytecode::{
    BorrowedConstant, CO_FAST_CELL, CO_FAST_FREE, CodeFlags, CodeObject, Constant, Opcode, decode_exception_table,
};
use std::sync::Arc;

impl Code {
    /// Decodes a code object whose constants the caller has converted.
    ///
    /// # Errors
    /// Unsupported when a tracing tool has replaced instructions by ones that
    /// hide the original.
    pub fn decode<C: Constant>(code: &CodeObject<C>, consts: Vec<ConstValue>) -> Result<Code, CompileError> {
        let instrs = instructions(code)?;
        let mut locals: Vec<Arc<str>> = code.varnames.iter().map(|n| n.as_ref().into()).collect();
        // Cells that are also arguments share the local's slot.
        let cell_only = code.cellvars.iter().filter(|c| !code.varnames.iter().any(|v| v.as_ref() == c.as_ref()));
        locals.extend(cell_only.map(|n| Arc::<str>::from(n.as_ref())));
        locals.extend(code.freevars.iter().map(|n| Arc::<str>::from(n.as_ref())));
        let kind = |i: usize| code.localspluskinds.get(i).copied().unwrap_or(0);
        let handlers = decode_exception_table(&code.exceptiontable).into_iter().map(|e| Handler {
            start: e.start,
            end: e.end,
            target: e.target,
            depth: u32::from(e.depth),
            push_lasti: e.push_lasti,
        });
        Ok(Code {
            name: code.obj_name.as_ref().into(),
            qualname: code.qualname.as_ref().into(),
            file: code.source_path.as_ref().into(),
            first_line: code.first_line_number.map_or(0, |l| l.get() as u32),
            arg_count: code.arg_count,
            posonly_arg_count: code.posonlyarg_count,
            kwonly_arg_count: code.kwonlyarg_count,
            has_varargs: code.flags.contains(CodeFlags::VARARGS),
            has_varkeywords: code.flags.contains(CodeFlags::VARKEYWORDS),
            is_generator: code.flags.intersects(CodeFlags::GENERATOR | CodeFlags::ASYNC_GENERATOR),
            is_coroutine: code.flags.intersects(CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE),
            is_cell: (0..locals.len()).map(|i| kind(i) & CO_FAST_CELL != 0).collect(),
            is_free: (0..locals.len()).map(|i| kind(i) & CO_FAST_FREE != 0).collect(),
            locals,
            names: code.names.iter().map(|n| n.as_ref().into()).collect(),
            consts,
            instrs,
            handlers: handlers.collect(),
            max_stack: code.max_stackdepth,
        })
    }

    /// Decodes a code object and its constants, inner code objects included.
    ///
    /// # Errors
    /// As [`Code::decode`].
    pub fn from_object<C: Constant>(code: &CodeObject<C>) -> Result<Code, CompileError> {
        let consts = code.constants.iter().map(constant).collect::<Result<_, _>>()?;
        Code::decode(code, consts)
    }
}

/// A constant of a code object as the compiler sees it; kinds that compiled
/// code cannot use become opaque objects.
///
/// # Errors
/// As [`Code::decode`], for inner code objects.
pub fn constant<C: Constant>(c: &C) -> Result<ConstValue, CompileError> {
    let opaque = |type_name: &str| ConstValue::Global(Arc::new(Global::Opaque { type_name: type_name.into(), id: 0 }));
    Ok(match c.borrow_constant() {
        BorrowedConstant::Integer { value } => {
            if let Ok(i) = i64::try_from(value) {
                ConstValue::Int(i)
            } else if let Ok(u) = u64::try_from(value) {
                ConstValue::UInt(u)
            } else {
                opaque("int")
            }
        }
        BorrowedConstant::Float { value } => ConstValue::Float(value),
        BorrowedConstant::Complex { value } => ConstValue::Complex(value.re, value.im),
        BorrowedConstant::Boolean { value } => ConstValue::Bool(value),
        BorrowedConstant::Str { value } => match value.as_str() {
            Ok(s) => ConstValue::Str(s.into()),
            Err(_) => opaque("str"),
        },
        BorrowedConstant::Bytes { .. } => opaque("bytes"),
        BorrowedConstant::Code { code } => ConstValue::Code(Arc::new(Code::from_object(code)?)),
        BorrowedConstant::Tuple { elements } => {
            ConstValue::Tuple(elements.iter().map(constant).collect::<Result<Vec<_>, _>>()?.into())
        }
        BorrowedConstant::Slice { elements } => slice(elements)?,
        BorrowedConstant::Frozenset { .. } => opaque("frozenset"),
        BorrowedConstant::None => ConstValue::None,
        BorrowedConstant::Ellipsis => ConstValue::Ellipsis,
    })
}

/// A folded `a:b:c` of the source.
fn slice<C: Constant>(elements: &[C; 3]) -> Result<ConstValue, CompileError> {
    let mut parts = [None; 3];
    for (part, e) in parts.iter_mut().zip(elements) {
        *part = match constant(e)? {
            ConstValue::None => None,
            ConstValue::Int(i) => Some(i),
            _ => return Ok(ConstValue::Global(Arc::new(Global::Opaque { type_name: "slice".into(), id: 0 }))),
        };
    }
    Ok(ConstValue::Slice(parts))
}

/// Does `code` have a jump back? Cheap enough to be asked at every sample.
pub fn has_loop<C: Constant>(code: &CodeObject<C>) -> bool {
    let units = &code.instructions;
    let mut offset = 0;
    while offset < units.len() {
        let op = units.read_op(offset).as_opcode().deoptimize();
        if op == Opcode::JumpBackward {
            return true;
        }
        offset += 1 + op.cache_entries();
    }
    false
}

fn instructions<C: Constant>(code: &CodeObject<C>) -> Result<Vec<Instr>, CompileError> {
    let units = &code.instructions;
    let mut out = Vec::with_capacity(units.len());
    let (mut offset, mut extended, mut start) = (0, 0u32, None);
    while offset < units.len() {
        let unit = units.read_unit(offset);
        let op = unit.op.as_opcode().deoptimize();
        if matches!(op, Opcode::InstrumentedLine | Opcode::InstrumentedInstruction | Opcode::EnterExecutor) {
            return Err(CompileError::unsupported("T0001", "the function is being traced by a debugger or coverage tool"));
        }
        let arg = extended << 8 | unit.arg.as_u32();
        if op == Opcode::ExtendedArg {
            extended = arg;
            start.get_or_insert(offset);
            offset += 1;
            continue;
        }
        let next = offset + 1 + op.cache_entries();
        let line = code.locations.get(offset).map_or(0, |l| l.0.line.get() as u32);
        out.push(Instr {
            start: start.take().unwrap_or(offset) as u32,
            offset: offset as u32,
            op,
            arg,
            next: next as u32,
            line,
        });
        extended = 0;
        offset = next;
    }
    Ok(out)
}

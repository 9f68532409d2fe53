//! What each opcode does: the stack effects of Python 3.14's bytecode in
//! terms of HIR operations. One row an opcode; unknown ones are unsupported.

use super::super::value::{Closure, ConstValue, Global};
use super::super::{BinaryOp, CompareOp, Op, UnaryOp, Variable};
use super::{Display, Item, Machine, STAR, StackExt, Step};
use crate::library::exception::IS_EXCEPTION;
use crate::library::list::{DELETE_ITEM, DISPLAY, UNPACK_AT_LEAST};
use crate::bytecode::{Code, Instr, Opcode};
use crate::error::CompileError;
use std::sync::Arc;

/// Operators of `BINARY_OP`, by its argument (in-place forms follow at +13).
const BINARY: [BinaryOp; 13] = [
    BinaryOp::Add,
    BinaryOp::And,
    BinaryOp::FloorDiv,
    BinaryOp::Shl,
    BinaryOp::MatMul,
    BinaryOp::Mul,
    BinaryOp::Mod,
    BinaryOp::Or,
    BinaryOp::Pow,
    BinaryOp::Shr,
    BinaryOp::Sub,
    BinaryOp::Div,
    BinaryOp::Xor,
];
const INPLACE: u32 = 13;
const SUBSCRIPT: u32 = 26;

/// Comparisons of `COMPARE_OP`, by the high bits of its argument.
const COMPARE: [CompareOp; 6] =
    [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];
/// Bit of `COMPARE_OP` that asks for a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Intrinsics of `CALL_INTRINSIC_1`.
const UNARY_POSITIVE: u32 = 5;
const LIST_TO_TUPLE: u32 = 6;

/// Argument of `CONVERT_VALUE` for `!s`.
const CONVERT_STR: u32 = 1;

/// Bits of `SET_FUNCTION_ATTRIBUTE`.
const FUNCTION_DEFAULTS: u32 = 1;
const FUNCTION_KWDEFAULTS: u32 = 2;
const FUNCTION_CLOSURE: u32 = 8;

/// Stable code and wording for constructs that are known not to work.
fn refusal(op: Opcode) -> (&'static str, &'static str) {
    use Opcode as O;
    match op {
        O::BuildList | O::ListAppend | O::ListExtend => ("T0010", "lists"),
        O::BuildSet | O::SetAdd | O::SetUpdate => ("T0011", "sets"),
        O::BuildMap | O::MapAdd | O::DictMerge | O::DictUpdate => ("T0012", "dictionaries"),
        O::BuildString | O::FormatSimple | O::FormatWithSpec | O::ConvertValue | O::BuildInterpolation | O::BuildTemplate => {
            ("T0013", "formatted strings")
        }
        O::YieldValue | O::Send | O::GetYieldFromIter | O::ReturnGenerator => ("T0014", "generators"),
        O::ImportName | O::ImportFrom => ("T0015", "import inside a function"),
        O::StoreAttr | O::DeleteAttr => ("T0016", "setting attributes"),
        O::StoreGlobal | O::DeleteGlobal | O::StoreName | O::DeleteName => ("T0017", "assigning global variables"),
        O::PushExcInfo | O::CheckExcMatch | O::PopExcept | O::Reraise => ("T0018", "try blocks"),
        O::LoadSpecial | O::WithExceptStart => ("T0019", "with blocks"),
        O::CallFunctionEx => ("T0020", "calls with ** arguments"),
        O::MatchClass | O::MatchKeys | O::MatchMapping | O::MatchSequence | O::GetLen => ("T0021", "match statements"),
        O::LoadBuildClass => ("T0022", "class definitions inside a function"),
        O::LoadSuperAttr => ("T0023", "super()"),
        O::DeleteSubscr => ("T0024", "deleting items"),
        O::UnpackEx => ("T0025", "starred unpacking"),
        _ => ("T0003", "this construct"),
    }
}

/// Did the instruction end its block?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Next,
    Ended,
}

/// Interprets the instruction at `position`.
pub fn step<M: Machine>(m: &mut M, code: &Code, position: usize) -> Step<Flow> {
    use Opcode as O;
    let i = &code.instrs[position];
    let arg = i.arg as usize;
    let (hi, lo) = (i.arg >> 4, i.arg & 15);
    match i.op {
        O::Nop | O::NotTaken | O::Resume | O::MakeCell | O::CopyFreeVars | O::Cache => {}

        // Constants and variables.
        O::LoadConst => {
            let c = code.consts.get(arg).ok_or_else(|| CompileError::bug("constant out of range"))?;
            let v = m.emit_const(c)?;
            m.push(v);
        }
        O::LoadSmallInt => m.emit_push(Op::Const(ConstValue::Int(i64::from(i.arg))))?,
        O::LoadCommonConstant => {
            const NAMES: [&str; 7] = ["AssertionError", "NotImplementedError", "tuple", "all", "any", "list", "set"];
            let name = NAMES.get(arg).ok_or_else(|| CompileError::bug("common constant out of range"))?;
            let v = m.builtin(name)?;
            m.push(v);
        }
        O::LoadFast | O::LoadFastBorrow | O::LoadFastCheck => load(m, Variable::Fast(i.arg))?,
        O::LoadFastLoadFast | O::LoadFastBorrowLoadFastBorrow => {
            load(m, Variable::Fast(hi))?;
            load(m, Variable::Fast(lo))?;
        }
        O::LoadFastAndClear => {
            let item = m.take(i.arg)?;
            m.stack().push(item);
        }
        O::StoreFast => store(m, Variable::Fast(i.arg))?,
        O::StoreFastLoadFast => {
            store(m, Variable::Fast(hi))?;
            load(m, Variable::Fast(lo))?;
        }
        O::StoreFastStoreFast => {
            store(m, Variable::Fast(hi))?;
            store(m, Variable::Fast(lo))?;
        }
        O::DeleteFast | O::DeleteDeref => {
            // Deleting an unassigned variable raises: read it first.
            let v = if i.op == O::DeleteFast { Variable::Fast(i.arg) } else { Variable::Cell(i.arg) };
            m.load(v)?;
            m.take(i.arg)?;
        }
        O::LoadDeref => load(m, Variable::Cell(i.arg))?,
        O::StoreDeref => store(m, Variable::Cell(i.arg))?,
        O::LoadGlobal => {
            load(m, Variable::Global(i.arg >> 1))?;
            if i.arg & 1 != 0 {
                m.stack().push(Item::Null);
            }
        }
        O::LoadName => load(m, Variable::Name(i.arg))?,
        O::StoreName => store(m, Variable::Name(i.arg))?,
        O::StoreGlobal => store(m, Variable::Global(i.arg))?,

        // The stack itself.
        O::PushNull => m.stack().push(Item::Null),
        O::PopTop | O::PopIter | O::EndFor => m.discard()?,
        O::Copy => {
            let n = m.stack().len();
            let item = n.checked_sub(arg).and_then(|k| m.stack().get(k).cloned());
            m.stack().push(item.ok_or_else(|| CompileError::bug("COPY beyond the stack"))?);
        }
        O::Swap => {
            let n = m.stack().len();
            if arg == 0 || arg > n {
                return Err(CompileError::bug("SWAP beyond the stack").into());
            }
            m.stack().swap(n - 1, n - arg);
        }

        // Operators.
        O::BinaryOp if i.arg == SUBSCRIPT => {
            let (index, object) = (m.pop()?, m.pop()?);
            m.emit_push(Op::GetItem { object, index })?;
        }
        O::BinaryOp => {
            let (b, a) = (m.pop()?, m.pop()?);
            let op = *BINARY.get((i.arg % INPLACE) as usize).ok_or_else(|| CompileError::bug("unknown operator"))?;
            m.emit_push(Op::Binary { op, a, b, inplace: i.arg >= INPLACE })?;
        }
        O::UnaryNegative => unary(m, UnaryOp::Neg)?,
        O::UnaryInvert => unary(m, UnaryOp::Invert)?,
        O::UnaryNot => {
            let a = m.pop()?;
            let a = truth(m, a)?;
            m.emit_push(Op::Unary { op: UnaryOp::Not, a })?;
        }
        O::CallIntrinsic1 if i.arg == UNARY_POSITIVE => unary(m, UnaryOp::Pos)?,
        O::ToBool => {
            let a = m.pop()?;
            let v = truth(m, a)?;
            m.push(v);
        }
        O::CompareOp => {
            let (b, a) = (m.pop()?, m.pop()?);
            let op = *COMPARE.get((i.arg >> 5) as usize).ok_or_else(|| CompileError::bug("unknown comparison"))?;
            let v = m.emit(Op::Compare { op, a, b })?;
            let v = if i.arg & COMPARE_TO_BOOL != 0 { truth(m, v)? } else { v };
            m.push(v);
        }
        O::IsOp => {
            let (b, a) = (m.pop()?, m.pop()?);
            m.emit_push(Op::Is { a, b, negate: i.arg != 0 })?;
        }
        O::ContainsOp => {
            let (container, item) = (m.pop()?, m.pop()?);
            m.emit_push(Op::Contains { item, container, negate: i.arg != 0 })?;
        }

        // Containers and subscripts.
        O::BuildTuple => {
            let n = m.stack().len();
            if arg > 0 && n >= arg && matches!(m.stack()[n - 1], Item::Cell(_)) {
                let cells = m.stack().split_off(n - arg);
                let slots = cells.iter().map(|c| if let Item::Cell(s) = c { Some(*s) } else { None });
                let slots = slots.collect::<Option<Vec<_>>>().ok_or_else(|| CompileError::bug("mixed closure tuple"))?;
                m.stack().push(Item::Cells(slots));
            } else {
                let items = m.pop_n(arg)?;
                m.emit_push(Op::Tuple(items))?;
            }
        }
        O::BuildSlice => {
            let step = if arg == 3 { Some(m.pop()?) } else { None };
            let (stop, start) = (m.pop()?, m.pop()?);
            let v = slice(m, start, stop, step)?;
            m.push(v);
        }
        O::BinarySlice => {
            let (stop, start, object) = (m.pop()?, m.pop()?, m.pop()?);
            let index = slice(m, start, stop, None)?;
            m.emit_push(Op::GetItem { object, index })?;
        }
        O::StoreSlice => {
            let (stop, start, object, value) = (m.pop()?, m.pop()?, m.pop()?, m.pop()?);
            let index = slice(m, start, stop, None)?;
            m.emit_effect(Op::SetItem { object, index, value })?;
        }
        O::StoreSubscr => {
            let (index, object, value) = (m.pop()?, m.pop()?, m.pop()?);
            m.emit_effect(Op::SetItem { object, index, value })?;
        }
        O::DeleteSubscr if m.has_text() => {
            let (index, object) = (m.pop()?, m.pop()?);
            library_call(m, DELETE_ITEM, vec![object, index])?;
        }
        O::UnpackEx if m.has_text() => {
            let (before, after) = (i.arg & 0xff, i.arg >> 8);
            let sequence = m.pop()?;
            let least = m.emit(Op::Const(ConstValue::Int(i64::from(before + after))))?;
            library_call(m, UNPACK_AT_LEAST, vec![sequence, least])?;
            // The first target's value ends on top.
            for k in 1..=i64::from(after) {
                let index = m.emit(Op::Const(ConstValue::Int(-k)))?;
                m.emit_push(Op::GetItem { object: sequence, index })?;
            }
            let middle = [Some(i64::from(before)), (after > 0).then_some(-i64::from(after)), None];
            let index = m.emit_const(&ConstValue::Slice(middle))?;
            let middle = m.emit(Op::GetItem { object: sequence, index })?;
            let v = library_call(m, "builtins.list", vec![middle])?;
            m.push(v);
            for k in (0..i64::from(before)).rev() {
                let index = m.emit(Op::Const(ConstValue::Int(k)))?;
                m.emit_push(Op::GetItem { object: sequence, index })?;
            }
        }
        O::UnpackSequence => {
            let sequence = m.pop()?;
            let tuple = m.emit(Op::Unpack { sequence, count: i.arg })?;
            for index in (0..i.arg).rev() {
                m.emit_push(Op::TupleGet { tuple, index })?;
            }
        }
        // List displays that are only read at once (`np.array([a, b])`,
        // `for x in [1, 2]`, `x in [1, 2]`) are tuples to the compiler;
        // the machine checks that the list does not live on.
        O::BuildList if list_is_transient(m, code, position) => {
            let items = m.pop_n(arg)?;
            m.emit_push(Op::Tuple(items))?;
        }
        O::BuildList if m.has_text() => {
            let items = m.pop_n(arg)?;
            let v = library_call(m, DISPLAY, items)?;
            m.push(v);
        }
        O::ListExtend if arg == 1 => {
            let (b, a) = (m.pop()?, m.pop()?);
            let constant = match m.constant(b) {
                Some(ConstValue::Tuple(items)) => Some(items),
                _ => None,
            };
            match (m.take_display(a), constant) {
                (Some((kind, mut items)), Some(more)) => {
                    for c in more.iter() {
                        items.push(m.emit_const(c)?);
                    }
                    display(m, kind, items)?;
                }
                (Some((Display::Tuple, items)), None) => {
                    let a = m.emit(Op::Tuple(items))?;
                    m.emit_push(Op::Binary { op: BinaryOp::Add, a, b, inplace: false })?;
                }
                // Not a display any more, whose items could be taken back.
                (Some((Display::List, items)), None) if items.is_empty() => {
                    let v = library_call(m, "builtins.list", vec![b])?;
                    m.push(v);
                }
                (Some((Display::List, items)), None) => {
                    let a = library_call(m, DISPLAY, items)?;
                    let a = library_call(m, "builtins.list", vec![a])?;
                    library_call(m, "list.extend", vec![a, b])?;
                    m.push(a);
                }
                (None, _) if matches!(m.made_by(a), Some(Op::Binary { .. })) => {
                    m.emit_push(Op::Binary { op: BinaryOp::Add, a, b, inplace: false })?;
                }
                (None, _) if m.has_text() => {
                    library_call(m, "list.extend", vec![a, b])?;
                    m.push(a);
                }
                _ => return Err(m.unsupported("T0010", "lists".into())),
            }
        }
        O::ListAppend if arg == 1 => {
            let (item, a) = (m.pop()?, m.pop()?);
            match m.take_display(a) {
                Some((kind, mut items)) => {
                    items.push(item);
                    display(m, kind, items)?;
                }
                None if m.has_text() && !matches!(m.made_by(a), Some(Op::Binary { .. })) => {
                    library_call(m, "list.append", vec![a, item])?;
                    m.push(a);
                }
                None => {
                    let b = m.emit(Op::Tuple(vec![item]))?;
                    m.emit_push(Op::Binary { op: BinaryOp::Add, a, b, inplace: false })?;
                }
            }
        }
        O::ListAppend if m.has_text() => {
            let item = m.pop()?;
            let at = m.stack().len().checked_sub(arg);
            let Some(Item::Value(a)) = at.and_then(|n| m.stack().get(n).cloned()) else {
                return Err(CompileError::bug("LIST_APPEND without a list").into());
            };
            library_call(m, "list.append", vec![a, item])?;
        }
        O::CallIntrinsic1 if i.arg == LIST_TO_TUPLE => {}

        // Formatted text: the pieces as text, joined.
        O::FormatSimple | O::ConvertValue if m.has_text() && (i.op == O::FormatSimple || i.arg == CONVERT_STR) => {
            let piece = m.pop()?;
            let v = as_text(m, piece)?;
            m.push(v);
        }
        O::BuildString if m.has_text() && arg > 0 => {
            let pieces = m.pop_n(arg)?;
            let mut v = pieces[0];
            for b in &pieces[1..] {
                v = m.emit(Op::Binary { op: BinaryOp::Add, a: v, b: *b, inplace: false })?;
            }
            m.push(v);
        }

        // Attributes and calls.
        O::LoadAttr => {
            let name = name_of(code, i.arg >> 1)?;
            let object = m.pop()?;
            m.emit_push(Op::Attr { object, name })?;
            if i.arg & 1 != 0 {
                m.stack().push(Item::Null);
            }
        }
        O::Call => call(m, arg, vec![])?,
        O::CallKw => {
            let names = m.pop()?;
            let Some(ConstValue::Tuple(names)) = m.constant(names) else {
                return Err(CompileError::bug("keyword names are not constant").into());
            };
            let names = names.iter().map(|n| if let ConstValue::Str(s) = n { Some(s.clone()) } else { None });
            let names = names.collect::<Option<Vec<_>>>().ok_or_else(|| CompileError::bug("keyword name is not text"))?;
            call(m, arg, names)?;
        }
        O::CallFunctionEx => {
            if m.pop_item()? != Item::Null {
                return Err(m.unsupported("T0020", "calls with ** arguments".into()));
            }
            let tuple = m.pop()?;
            m.pop_item()?;
            let callee = m.pop()?;
            m.emit_push(Op::Call { callee, args: vec![], keywords: vec![(STAR.into(), tuple)] })?;
        }
        O::GetIter => {
            let object = m.pop()?;
            m.emit_push(Op::Iter { object })?;
        }
        O::MakeFunction => {
            let code = m.pop()?;
            let Some(ConstValue::Code(code)) = m.constant(code) else {
                return Err(CompileError::bug("MAKE_FUNCTION without code").into());
            };
            let closure = Arc::new(Closure { code, defaults: vec![] });
            m.emit_push(Op::Closure { closure, captured: vec![] })?;
        }
        O::SetFunctionAttribute => set_function_attribute(m, i)?,

        // Handlers of `try`.
        O::PushExcInfo if m.has_text() => {
            let v = m.pop()?;
            m.stack().push(Item::Handled(v));
            m.push(v);
        }
        O::CheckExcMatch if m.has_text() => {
            let class = m.pop()?;
            let exception = m.pop()?;
            m.push(exception);
            let v = match m.constant(class) {
                Some(ConstValue::Global(g)) if is_class(&g, "BaseException") => m.emit(Op::Const(ConstValue::Bool(true)))?,
                Some(ConstValue::Global(g)) if is_class(&g, "Exception") => library_call(m, IS_EXCEPTION, vec![exception])?,
                _ => return Err(m.unsupported("T0018", "exception classes other than Exception in `except`".into())),
            };
            m.push(v);
        }
        O::PopExcept if m.has_text() => {
            m.pop_item()?;
        }
        O::Reraise if m.has_text() => {
            let v = m.pop()?;
            m.raise(v)?;
            return Ok(Flow::Ended);
        }
        O::RaiseVarargs if arg == 0 && m.has_text() => {
            let handled = m.stack().iter().rev().find_map(|i| if let Item::Handled(v) = i { Some(*v) } else { None });
            let v = match handled {
                Some(v) => v,
                None => {
                    let callee = m.builtin("RuntimeError")?;
                    let text = m.emit(Op::Const(ConstValue::Str("No active exception to reraise".into())))?;
                    m.emit(Op::Call { callee, args: vec![text], keywords: vec![] })?
                }
            };
            m.raise(v)?;
            return Ok(Flow::Ended);
        }

        // Control flow.
        O::JumpForward | O::JumpBackward | O::JumpBackwardNoInterrupt => {
            m.jump(target(code, i)?)?;
            return Ok(Flow::Ended);
        }
        O::PopJumpIfFalse | O::PopJumpIfTrue => {
            let v = m.pop()?;
            let cond = truth(m, v)?;
            let (taken, next) = (target(code, i)?, position + 1);
            if i.op == O::PopJumpIfTrue { m.branch(cond, taken, next)? } else { m.branch(cond, next, taken)? }
            return Ok(Flow::Ended);
        }
        O::PopJumpIfNone | O::PopJumpIfNotNone => {
            let a = m.pop()?;
            let b = m.emit(Op::Const(ConstValue::None))?;
            let cond = m.emit(Op::Is { a, b, negate: i.op == O::PopJumpIfNotNone })?;
            m.branch(cond, target(code, i)?, position + 1)?;
            return Ok(Flow::Ended);
        }
        O::ForIter => {
            let mut done = target(code, i)?;
            if code.instrs[done].op == O::EndFor {
                done += 1;
            }
            m.for_iter(position + 1, done)?;
            return Ok(Flow::Ended);
        }
        O::ReturnValue => {
            let v = m.pop()?;
            m.ret(v)?;
            return Ok(Flow::Ended);
        }
        O::RaiseVarargs if arg == 1 => {
            let v = m.pop()?;
            m.raise(v)?;
            return Ok(Flow::Ended);
        }
        O::RaiseVarargs => return Err(m.unsupported("T0018", "re-raising or chaining exceptions".into())),
        op => {
            let (code, what) = refusal(op);
            return Err(m.unsupported(code, format!("{what} ({op:?})")));
        }
    }
    Ok(Flow::Next)
}

fn target(code: &Code, i: &Instr) -> Step<usize> {
    let p = i.target().and_then(|t| code.position(t));
    p.ok_or_else(|| CompileError::bug("jump out of the code").into())
}

fn name_of(code: &Code, index: u32) -> Step<Arc<str>> {
    code.names.get(index as usize).cloned().ok_or_else(|| CompileError::bug("name out of range").into())
}

fn load<M: Machine>(m: &mut M, v: Variable) -> Step<()> {
    let item = m.load(v)?;
    m.stack().push(item);
    Ok(())
}

fn store<M: Machine>(m: &mut M, v: Variable) -> Step<()> {
    let item = m.pop_item()?;
    m.store(v, item)
}

fn unary<M: Machine>(m: &mut M, op: UnaryOp) -> Step<()> {
    let a = m.pop()?;
    m.emit_push(Op::Unary { op, a })
}

/// A call of a library function, whatever its name means to the program.
fn library_call<M: Machine>(m: &mut M, path: &str, args: Vec<super::Value>) -> Step<super::Value> {
    let callee = m.emit(Op::Const(ConstValue::Global(Arc::new(Global::Library(path.into())))))?;
    m.emit(Op::Call { callee, args, keywords: vec![] })
}

/// `str(v)`.
fn as_text<M: Machine>(m: &mut M, v: super::Value) -> Step<super::Value> {
    library_call(m, "builtins.str", vec![v])
}

/// Is it this built-in exception class?
fn is_class(g: &Global, class: &str) -> bool {
    match g {
        Global::ExceptionClass { name, .. } => **name == *class,
        Global::Library(path) => path.strip_prefix("builtins.") == Some(class),
        _ => false,
    }
}

/// Pushes a display with these items.
fn display<M: Machine>(m: &mut M, kind: Display, items: Vec<super::Value>) -> Step<()> {
    match kind {
        Display::Tuple => m.emit_push(Op::Tuple(items)),
        Display::List => {
            let v = library_call(m, DISPLAY, items)?;
            m.push(v);
            Ok(())
        }
    }
}

/// The truth value; what is an `i1` already stays.
fn truth<M: Machine>(m: &mut M, a: super::Value) -> Step<super::Value> {
    match m.made_by(a) {
        Some(Op::Truth { .. } | Op::Is { .. } | Op::Contains { .. } | Op::Unary { op: UnaryOp::Not, .. }) => Ok(a),
        _ => m.emit(Op::Truth { a }),
    }
}

fn slice<M: Machine>(m: &mut M, start: super::Value, stop: super::Value, step: Option<super::Value>) -> Step<super::Value> {
    let present = |m: &M, v: super::Value| (!matches!(m.constant(v), Some(ConstValue::None))).then_some(v);
    let (start, stop) = (present(m, start), present(m, stop));
    let step = step.and_then(|s| present(m, s));
    m.emit(Op::Slice { start, stop, step })
}

fn call<M: Machine>(m: &mut M, count: usize, names: Vec<Arc<str>>) -> Step<()> {
    let mut args = m.pop_n(count)?;
    let this = m.pop_item()?;
    let callee = m.pop()?;
    let first_keyword = count.saturating_sub(names.len());
    let keywords = names.into_iter().zip(args.split_off(first_keyword)).collect();
    if let Item::Value(this) = this {
        args.insert(0, this);
    }
    m.emit_push(Op::Call { callee, args, keywords })
}

fn set_function_attribute<M: Machine>(m: &mut M, i: &Instr) -> Step<()> {
    let function = m.pop()?;
    let attribute = m.pop_item()?;
    let Some(Op::Closure { closure, captured }) = m.made_by(function) else {
        return Err(CompileError::bug("function attribute of no function").into());
    };
    match (i.arg, attribute) {
        (FUNCTION_CLOSURE, Item::Cells(slots)) => {
            let captured = slots.into_iter().map(|s| m.capture(s)).collect::<Step<Vec<_>>>()?;
            m.emit_push(Op::Closure { closure, captured })
        }
        (FUNCTION_DEFAULTS, Item::Value(v)) => {
            let Some(ConstValue::Tuple(defaults)) = m.constant(v) else {
                return Err(m.unsupported("T0026", "defaults of inner functions that are not constant".into()));
            };
            let closure = Arc::new(Closure { code: closure.code.clone(), defaults: defaults.to_vec() });
            m.emit_push(Op::Closure { closure, captured })
        }
        (FUNCTION_KWDEFAULTS, _) => Err(m.unsupported("T0026", "keyword-only defaults of inner functions".into())),
        // Annotations mean nothing to compiled code.
        _ => {
            m.push(function);
            Ok(())
        }
    }
}

/// May the list made at `position` be a tuple? Yes if, within the straight
/// line that follows, it is consumed by a call of a NumPy function, a
/// membership test, an unpacking or a loop, and never stored or returned.
fn list_is_transient<M: Machine>(m: &mut M, code: &Code, position: usize) -> bool {
    use Opcode as O;
    // Stack height relative to just below the list.
    let mut above = 1i32;
    for i in &code.instrs[position + 1..] {
        let effect = i.op.stack_effect_info(i.arg);
        let taken = effect.popped() as i32;
        if taken >= above {
            // This instruction consumes the list.
            match i.op {
                O::ContainsOp | O::UnpackSequence | O::GetIter => return true,
                O::Call | O::CallKw => return open_call_is_numpy(m),
                O::CallIntrinsic1 => return i.arg == LIST_TO_TUPLE,
                // Part of a bigger display: follow that one, now on top.
                O::ListExtend | O::ListAppend | O::BuildList | O::BuildTuple => {
                    above = 1;
                    continue;
                }
                _ => return false,
            }
        }
        if i.target().is_some() || !i.falls_through() {
            return false;
        }
        above += effect.effect();
    }
    false
}

/// Does the innermost call whose arguments are being pushed call a NumPy
/// function? The marker that follows each callee finds it.
fn open_call_is_numpy<M: Machine>(m: &mut M) -> bool {
    let at = m.stack().iter().rposition(|i| matches!(i, Item::Null));
    let callee = at.and_then(|n| n.checked_sub(1)).and_then(|n| m.stack().get(n).cloned());
    let Some(Item::Value(v)) = callee else { return false };
    match m.constant(v) {
        Some(ConstValue::Global(g)) => matches!(&*g, Global::Library(path) if path.starts_with("numpy.")),
        _ => false,
    }
}

/// The library object or class that a constant is, for messages.
pub fn describe(c: &ConstValue) -> String {
    match c {
        ConstValue::Global(g) => match &**g {
            Global::Opaque { type_name, .. } => format!("object of type {type_name}"),
            g => g.to_string(),
        },
        _ => "constant".into(),
    }
}

//! Lists: displays, `list`, `sorted` and the methods of `list`.

use super::{Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp, CompareOp};
use crate::lir::Value;
use crate::lir::op::Cc;
use crate::lower::reflected::item_type;
use crate::lower::{Lowerer, Parts};
use crate::typing::{self, access};
use crate::typing::unify::unify;
use taipan_runtime::list::{FLOAT, SIGNED, UNSIGNED};
use taipan_runtime::trap::TrapKind;

const fn function(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Function, params, infer, lower, ordinary: None, notes: "" }
}

const fn method(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Method, params, infer, lower, ordinary: None, notes: "items of one type" }
}

/// What a list display calls.
pub const DISPLAY: &str = "list.of";

/// What `del list[index]` calls.
pub const DELETE_ITEM: &str = "list.delete_item";
/// What `a, *b = x` calls: are there at least so many items?
pub const UNPACK_AT_LEAST: &str = "list.unpack_at_least";

/// The rows.
pub static ROWS: &[Row] = &[
    function(&[DISPLAY], "*items", infer_display, lower_display),
    function(&["builtins.list"], "items=", infer_list, lower_list),
    function(&["builtins.sorted"], "items, reverse=", infer_sorted, lower_sorted),
    function(&[DELETE_ITEM], "object, index", infer_delete, lower_delete),
    function(&[UNPACK_AT_LEAST], "sequence, count", infer_unpack_at_least, lower_unpack_at_least),
    method(&["list.append"], "self, item", infer_append, lower_append),
    method(&["list.insert"], "self, index, item", infer_insert, lower_insert),
    method(&["list.extend"], "self, items", infer_extend, lower_extend),
    method(&["list.pop"], "self, index=", infer_pop, lower_pop),
    method(&["list.clear"], "self", |_, _| Ok(Type::None), |l, _, a, _| simple(l, a, "taipan_reflected_clear")),
    method(&["list.reverse"], "self", |_, _| Ok(Type::None), |l, _, a, _| simple(l, a, "taipan_reflected_reverse")),
    method(&["list.copy"], "self", |_, a| Ok(a.get(0)?.ty.clone()), lower_copy),
    method(&["list.sort"], "self, reverse=", infer_sort, lower_sort),
    method(&["list.index"], "self, value", |_, _| Ok(Type::INT), lower_index),
    method(&["list.count"], "self, value", |_, _| Ok(Type::INT), lower_count),
    method(&["list.remove"], "self, value", |_, _| Ok(Type::None), lower_remove),
];

fn list_of(item: Type) -> Type {
    Type::ReflectedList(item.into())
}

fn receiver(l: &Lowerer<'_>, args: &Args) -> Result<(Value, Type), CompileError> {
    let v = args.get(0)?.hir()?;
    Ok((l.parts(v)[0], item_type(l.ty(v))?.clone()))
}

/// May a value of type `t` become an item? (Inference widens lists made in
/// the function; others keep their item type.)
fn takes(row: &Row, args: &Args, t: &Type) -> Result<(), CompileError> {
    let item = item_type(&args.get(0)?.ty)?;
    match unify(item, t) {
        Some(u) if u == *item || *item == Type::Unknown => Ok(()),
        _ => Err(no_match(row, args)),
    }
}

fn infer_display(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let mut item = Type::Unknown;
    for a in &args.rest {
        item = unify(&item, &a.ty).ok_or_else(|| no_match(row, args))?;
    }
    Ok(list_of(item))
}

fn lower_display(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let item = item_type(l.ty(result))?.clone();
    let list = l.reflected_new(&item)?;
    for a in &args.rest {
        let p = l.parts_as(a.hir()?, &item)?;
        l.reflected_append(list, &p);
    }
    Ok(vec![list])
}

fn infer_list(_: &Row, args: &Args) -> Result<Type, CompileError> {
    match args.opt(0) {
        None => Ok(list_of(Type::Unknown)),
        Some(a) => Ok(list_of(access::item(&access::iter(&a.ty)?)?)),
    }
}

fn lower_list(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let item = item_type(l.ty(result))?.clone();
    let list = l.reflected_new(&item)?;
    if let Some(a) = args.opt(0) {
        let p = l.parts(a.hir()?);
        l.reflected_extend(list, &item, &a.ty, &p)?;
    }
    Ok(vec![list])
}

fn infer_append(row: &Row, args: &Args) -> Result<Type, CompileError> {
    takes(row, args, &args.get(1)?.ty)?;
    Ok(Type::None)
}

fn lower_append(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    let p = l.parts_as(args.get(1)?.hir()?, &item)?;
    l.reflected_append(list, &p);
    Ok(Parts::new())
}

fn infer_insert(row: &Row, args: &Args) -> Result<Type, CompileError> {
    takes(row, args, &args.get(2)?.ty)?;
    match args.get(1)?.scalar() {
        Some(d) if d.is_integer() => Ok(Type::None),
        _ => Err(no_match(row, args)),
    }
}

fn lower_insert(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    let at = l.int_of(args.get(1)?.hir()?)?;
    let p = l.parts_as(args.get(2)?.hir()?, &item)?;
    l.reflected_insert(list, at, &p);
    Ok(Parts::new())
}

fn infer_extend(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let item = access::item(&access::iter(&args.get(1)?.ty)?)?;
    takes(row, args, &item)?;
    Ok(Type::None)
}

fn lower_extend(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    let from = args.get(1)?;
    let p = l.parts(from.hir()?);
    l.reflected_extend(list, &item, &from.ty, &p)?;
    Ok(Parts::new())
}

fn infer_pop(row: &Row, args: &Args) -> Result<Type, CompileError> {
    match args.opt(1) {
        Some(a) if !a.scalar().is_some_and(DType::is_integer) => Err(no_match(row, args)),
        _ => item_type(&args.get(0)?.ty).cloned(),
    }
}

fn lower_pop(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    let at = match args.opt(1) {
        Some(a) => l.int_of(a.hir()?)?,
        None => l.i64(-1),
    };
    Ok(l.reflected_pop(list, &item, at))
}

fn infer_delete(_: &Row, args: &Args) -> Result<Type, CompileError> {
    let (object, index) = (&args.get(0)?.ty, &args.get(1)?.ty);
    match (object, index) {
        (Type::ReflectedList(_), Type::Slice { .. }) => Ok(Type::None),
        (Type::ReflectedList(_), i) if typing::is_integer(i) && *i != Type::BOOL => Ok(Type::None),
        _ => Err(typing::no_operator("delitem", &[object, index])),
    }
}

fn lower_delete(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (object, index) = (args.get(0)?.hir()?, args.get(1)?.hir()?);
    l.reflected_delete(object, index)?;
    Ok(Parts::new())
}

fn infer_unpack_at_least(_: &Row, args: &Args) -> Result<Type, CompileError> {
    let count = args.get(1)?.int().ok_or_else(|| CompileError::bug("how many to unpack is not known"))?;
    match &args.get(0)?.ty {
        Type::Tuple(items) if (items.len() as i64) < count => {
            Err(CompileError::typing(format!("not enough values to unpack (expected at least {count}, got {})", items.len())))
        }
        Type::Array(a) if a.ndim == 0 => Err(typing::no_implementation("<intrinsic exhaust_iter>", "exhaust_iter", &[&Type::Array(*a)])),
        Type::Tuple(_) | Type::Array(_) | Type::ReflectedList(_) => Ok(Type::None),
        t => Err(typing::no_implementation("<intrinsic exhaust_iter>", "exhaust_iter", &[t])),
    }
}

fn lower_unpack_at_least(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (sequence, count) = (args.get(0)?, args.get(1)?.int().unwrap_or(0));
    let v = sequence.hir()?;
    let length = match &sequence.ty {
        Type::ReflectedList(_) => {
            let list = l.parts(v)[0];
            l.reflected_length(list)
        }
        _ => match l.array(v) {
            Some(a) => a.shape(0),
            // Typing knew the length.
            None => return Ok(Parts::new()),
        },
    };
    let least = l.i64(count);
    let few = l.b.icmp(Cc::Slt, length, least);
    l.b.trap_if(few, TrapKind::UnpackFewer, &[least, length]);
    Ok(Parts::new())
}

/// A runtime function that takes the list alone.
fn simple(l: &mut Lowerer<'_>, args: &Args, name: &str) -> Result<Parts, CompileError> {
    let (list, _) = receiver(l, args)?;
    l.runtime(name, &[list]);
    Ok(Parts::new())
}

fn lower_copy(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, _) = receiver(l, args)?;
    Ok(vec![l.reflected_copy(list)])
}

/// How the runtime sorts items of this type.
fn order(item: &Type) -> Option<i64> {
    match item.scalar()? {
        DType::I64 => Some(SIGNED),
        DType::U64 => Some(UNSIGNED),
        DType::F64 => Some(FLOAT),
        _ => None,
    }
}

fn infer_sort(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let item = item_type(&args.get(0)?.ty)?;
    if *item == Type::Unknown || order(item).is_some() { Ok(Type::None) } else { Err(no_match(row, args)) }
}

fn sort(l: &mut Lowerer<'_>, row: &Row, args: &Args, list: Value, item: &Type) -> Result<(), CompileError> {
    let kind = order(item).ok_or_else(|| no_match(row, args))?;
    let descending = match args.opt(1) {
        Some(a) => {
            let t = l.truth(a.hir()?)?;
            l.resize_int(t, false, crate::lir::Ty::I64)
        }
        None => l.i64(0),
    };
    let kind = l.i64(kind);
    l.runtime("taipan_reflected_sort", &[list, kind, descending]);
    Ok(())
}

fn lower_sort(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    if item != Type::Unknown {
        sort(l, row, args, list, &item)?;
    }
    Ok(Parts::new())
}

fn infer_sorted(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let item = access::item(&access::iter(&args.get(0)?.ty)?)?;
    if item == Type::Unknown || order(&item).is_some() { Ok(list_of(item)) } else { Err(no_match(row, args)) }
}

fn lower_sorted(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let made = lower_list(l, row, args, result)?;
    let item = item_type(l.ty(result))?.clone();
    if item != Type::Unknown {
        sort(l, row, args, made[0], &item)?;
    }
    Ok(made)
}

fn find(l: &mut Lowerer<'_>, args: &Args) -> Result<(Value, Value, Value), CompileError> {
    let (list, item) = receiver(l, args)?;
    let a = args.get(1)?;
    let p = l.parts(a.hir()?);
    let (at, count) = l.reflected_find(list, &item, &a.ty, &p)?;
    Ok((list, at, count))
}

fn missing(l: &mut Lowerer<'_>, at: Value, text: &str) {
    let zero = l.i64(0);
    let none = l.b.icmp(Cc::Slt, at, zero);
    l.trap_text_if(none, TrapKind::ValueText, text);
}

fn lower_index(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, at, _) = find(l, args)?;
    missing(l, at, "list.index(x): x not in list");
    Ok(vec![at])
}

fn lower_count(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, _, count) = find(l, args)?;
    Ok(vec![count])
}

fn lower_remove(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (list, item) = receiver(l, args)?;
    let (_, at, _) = find(l, args)?;
    missing(l, at, "list.remove(x): x not in list");
    l.reflected_pop(list, &item, at);
    Ok(Parts::new())
}

/// `sum(list, start)`: the items added up in order.
///
/// # Errors
/// Items that are not numbers.
pub fn sum(l: &mut Lowerer<'_>, list: hir::Value, start: Parts, to: DType) -> Result<Parts, CompileError> {
    let t = l.ty(list).clone();
    let iter = access::iter(&t)?;
    let p = l.parts(list);
    let p = l.iter_of(&t, &p, &iter)?;
    l.for_each_item(&iter, &p, &start, &mut |l, t, x, acc| {
        let x = l.cast(x, t, &Type::Scalar(to))?;
        l.arith(BinaryOp::Add, to, acc, &x, ErrorModel::Python)
    })
}

/// `min(list)` or `max(list)` of real numbers.
///
/// # Errors
/// Items that do not compare.
pub fn extremum(l: &mut Lowerer<'_>, list: hir::Value, op: CompareOp, name: &str) -> Result<Parts, CompileError> {
    let t = l.ty(list).clone();
    let item = item_type(&t)?.clone();
    let value = l.parts(list)[0];
    let n = l.reflected_length(value);
    let zero = l.i64(0);
    let none = l.b.icmp(Cc::Eq, n, zero);
    l.trap_text_if(none, TrapKind::ValueText, &format!("{name}() iterable argument is empty"));
    let first = l.reflected_get(value, &item, zero);
    let iter = access::iter(&t)?;
    let p = l.iter_of(&t, &[value], &iter)?;
    l.for_each_item(&iter, &p, &first, &mut |l, t, x, best| {
        let better = l.compare_values(op, t, x, t, best)?;
        Ok(x.iter().zip(best).map(|(x, b)| l.b.select(better, *x, *b)).collect())
    })
}

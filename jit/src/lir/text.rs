//! The textual form of LIR: the printer. `reader.rs` reads it back; printing
//! what was read gives the same text.
//!
//! ```text
//! import0 @callee(i64) -> i64
//!
//! fn0 @kernel(ptr, i64) -> f64 {
//! bb0(v0: ptr, v1: i64):
//!   v2 = iconst.i64 0
//!   v3 = icmp.i64 slt v1, v2
//!   brif v3, bb1, bb2(v2)
//! bb1 cold:
//!   trap index(v1, v2, v2) !7
//! bb2(v4: i64):
//!   v5 = ptr_index v0, v4 * 8
//!   v6 = load.f64 v5+16
//!   v7 = fadd.f64 {nnan nsz} v6, v6
//!   v8, v9 = call import0(v4) !8
//!   v10 = call_sym @sin(v7)
//!   ret v10
//! }
//! ```
//! `;` starts a comment, `!n` is the site number. The type behind the dot is
//! [`InstData::ty`](super::InstData::ty) where that has a meaning. A float constant that is not a
//! number with an exact decimal form is written `bits 0x…`.

use super::op::{Op, ResultRule};
use super::{Aux, Block, FastMath, Func, FuncId, Inst, InstData, Module, Signature, Target, Ty, Value};
use std::collections::HashMap;
use std::fmt::{self, Display, Write};

/// What stands behind the operation's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `v1, v2`, after fastmath flags if there are any.
    Args,
    /// `-5`.
    Imm,
    /// `1.5`.
    FloatImm,
    /// `0x7f00`.
    HexImm,
    /// `slt v1, v2`.
    Compare,
    /// `v1+8`.
    Load,
    /// `v1+8, v2`.
    Store,
    /// `v1, v2 * 8`.
    Scaled,
    /// `fn1(v1)`, `import0(v1)`.
    Call,
    /// `@sin(v1)`.
    SymCall,
    /// `@sin`.
    SymRef,
    /// `fn1`.
    FuncRef,
    /// `bb1(v1)`.
    Jump,
    /// `v0, bb1(v1), bb2`.
    Brif,
    /// `index(v1, v2, v3)`.
    Trap,
    /// `3(v1, v2)`.
    Exit,
}

/// The form of an operation.
pub fn form(op: Op) -> Form {
    match op {
        Op::Iconst | Op::StackAddr => Form::Imm,
        Op::Fconst => Form::FloatImm,
        Op::AddrConst => Form::HexImm,
        Op::Icmp | Op::Fcmp => Form::Compare,
        Op::Load => Form::Load,
        Op::Store => Form::Store,
        Op::PtrIndex => Form::Scaled,
        Op::Call => Form::Call,
        Op::CallSym => Form::SymCall,
        Op::SymAddr => Form::SymRef,
        Op::FuncAddr => Form::FuncRef,
        Op::Jump => Form::Jump,
        Op::Brif => Form::Brif,
        Op::Trap => Form::Trap,
        Op::Exit | Op::Poll => Form::Exit,
        _ => Form::Args,
    }
}

/// Has `InstData::ty` a meaning of its own for this operation?
pub fn is_typed(op: Op) -> bool {
    matches!(op.rule(), ResultRule::Ty | ResultRule::Bool) || op == Op::Store
}

/// Remarks to print below blocks and instructions.
#[derive(Default, Debug)]
pub struct Notes {
    pub func: Vec<String>,
    pub blocks: HashMap<Block, Vec<String>>,
    pub insts: HashMap<Inst, Vec<String>>,
}

impl Notes {
    /// No remark at all?
    pub fn is_empty(&self) -> bool {
        self.func.is_empty() && self.blocks.is_empty() && self.insts.is_empty()
    }
}

impl Display for Module {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, import) in self.imports.iter().enumerate() {
            writeln!(out, "import{i} @{}{}", import.name, SigText(&import.sig))?;
        }
        for i in 0..self.funcs.len() {
            if i > 0 || !self.imports.is_empty() {
                writeln!(out)?;
            }
            write_func(out, self, FuncId::new(i), &Notes::default())?;
        }
        Ok(())
    }
}

/// The text of one function.
pub fn func_text(module: &Module, id: FuncId) -> String {
    annotated(module, id, &Notes::default())
}

/// The text of one function with remarks inside.
pub fn annotated(module: &Module, id: FuncId, notes: &Notes) -> String {
    let mut out = String::new();
    write_func(&mut out, module, id, notes).expect("writing to a string succeeds");
    out
}

/// The text of one instruction, without indentation.
pub fn inst_text(module: &Module, data: &InstData) -> String {
    let mut out = String::new();
    write_inst(&mut out, module, data).expect("writing to a string succeeds");
    out
}

struct SigText<'a>(&'a Signature);

impl Display for SigText<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<_> = self.0.params.iter().map(|t| t.text()).collect();
        write!(out, "({})", params.join(", "))?;
        match &self.0.results[..] {
            [] => Ok(()),
            [one] => write!(out, " -> {}", one.text()),
            many => write!(out, " -> ({})", many.iter().map(|t| t.text()).collect::<Vec<_>>().join(", ")),
        }
    }
}

fn write_notes(out: &mut impl Write, notes: Option<&Vec<String>>) -> fmt::Result {
    for n in notes.into_iter().flatten() {
        writeln!(out, ";   ^ {n}")?;
    }
    Ok(())
}

fn write_func(out: &mut impl Write, module: &Module, id: FuncId, notes: &Notes) -> fmt::Result {
    let func = &module.funcs[id.index()];
    let sig = if func.blocks.is_empty() {
        Signature { params: vec![], results: func.results.clone() }
    } else {
        func.signature()
    };
    writeln!(out, "{id} @{}{} {{", func.name, SigText(&sig))?;
    write_notes(out, Some(&notes.func))?;
    for b in func.block_ids() {
        write_block(out, module, func, b, notes)?;
    }
    writeln!(out, "}}")
}

fn write_block(out: &mut impl Write, module: &Module, func: &Func, b: Block, notes: &Notes) -> fmt::Result {
    let data = &func.blocks[b.index()];
    write!(out, "{b}")?;
    if !data.params.is_empty() {
        let ty = |v: &Value| func.values.get(v.index()).map_or("?", |t| t.text());
        let params: Vec<_> = data.params.iter().map(|v| format!("{v}: {}", ty(v))).collect();
        write!(out, "({})", params.join(", "))?;
    }
    writeln!(out, "{}:", if data.cold { " cold" } else { "" })?;
    write_notes(out, notes.blocks.get(&b))?;
    for i in &data.insts {
        out.write_str("  ")?;
        match func.insts.get(i.index()) {
            Some(inst) => write_inst(out, module, inst)?,
            None => write!(out, "{i}?")?,
        }
        out.write_char('\n')?;
        write_notes(out, notes.insts.get(i))?;
    }
    Ok(())
}

fn list(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

fn parenthesised(values: &[Value]) -> String {
    if values.is_empty() { String::new() } else { format!("({})", list(values)) }
}

fn target(t: &Target) -> String {
    format!("{}{}", t.block, parenthesised(&t.args))
}

/// `+8`, `-8` or nothing.
fn offset(imm: i64) -> String {
    if imm == 0 { String::new() } else { format!("{imm:+}") }
}

/// The spelling of a float constant's bits.
pub fn float_text(ty: Ty, bits: i64) -> String {
    if ty == Ty::F32 {
        let x = f32::from_bits(bits as u32);
        if x.is_nan() { format!("bits {:#x}", bits as u32) } else { format!("{x:?}") }
    } else {
        let x = f64::from_bits(bits as u64);
        if x.is_nan() { format!("bits {bits:#x}") } else { format!("{x:?}") }
    }
}

/// ` {nnan nsz}`, or nothing.
fn fast_text(fast: FastMath) -> String {
    let names: Vec<_> = FastMath::NAMES.iter().enumerate().filter(|(i, _)| fast.0 >> i & 1 != 0).map(|(_, n)| *n).collect();
    match fast {
        FastMath::NONE => String::new(),
        FastMath::FAST => " {fast}".into(),
        _ => format!(" {{{}}}", names.join(" ")),
    }
}

/// The name a `Sym` aux stands for.
fn symbol_name(module: &Module, aux: &Aux) -> String {
    match aux {
        Aux::Sym(s) => module.symbols.get(s.index()).map_or(format!("@{s}?"), |s| format!("@{}", s.name)),
        other => format!("{other:?}"),
    }
}

fn write_inst(out: &mut impl Write, module: &Module, data: &InstData) -> fmt::Result {
    if !data.results.is_empty() {
        write!(out, "{} = ", list(&data.results))?;
    }
    out.write_str(data.op.text())?;
    if is_typed(data.op) {
        write!(out, ".{}", data.ty.text())?;
    }
    let arg = |i: usize| data.args.get(i).map_or("v?".to_owned(), Value::to_string);
    // The fields that the form does not cover are ill-formed; `verify` names
    // them, the text shows what there is.
    match (form(data.op), &data.aux) {
        (Form::Imm, _) => write!(out, " {}", data.imm)?,
        (Form::FloatImm, _) => write!(out, " {}", float_text(data.ty, data.imm))?,
        (Form::HexImm, _) => write!(out, " {:#x}", data.imm)?,
        (Form::Compare, Aux::Cc(cc)) => write!(out, " {} {}", cc.text(), list(&data.args))?,
        (Form::Load, _) => write!(out, " {}{}", arg(0), offset(data.imm))?,
        (Form::Store, _) => write!(out, " {}{}, {}", arg(0), offset(data.imm), arg(1))?,
        (Form::Scaled, _) => write!(out, " {}, {} * {}", arg(0), arg(1), data.imm)?,
        (Form::Call, Aux::Func(f)) => write!(out, " {f}({})", list(&data.args))?,
        (Form::Call, Aux::Import(f)) => write!(out, " {f}({})", list(&data.args))?,
        (Form::SymCall, aux) => write!(out, "{} {}({})", fast_text(data.fast()), symbol_name(module, aux), list(&data.args))?,
        (Form::SymRef, aux) => write!(out, " {}", symbol_name(module, aux))?,
        (Form::FuncRef, Aux::Func(f)) => write!(out, " {f}")?,
        (Form::Jump, Aux::Targets(ts)) if ts.len() == 1 => write!(out, " {}", target(&ts[0]))?,
        (Form::Brif, Aux::Targets(ts)) if ts.len() == 2 => write!(out, " {}, {}, {}", arg(0), target(&ts[0]), target(&ts[1]))?,
        (Form::Trap, Aux::Trap(k)) => write!(out, " {}{}", k.name(), parenthesised(&data.args))?,
        (Form::Exit, _) => write!(out, " {}{}", data.imm, parenthesised(&data.args))?,
        (Form::Args, Aux::None | Aux::Fast(_)) => {
            write!(out, "{}", fast_text(data.fast()))?;
            if !data.args.is_empty() {
                write!(out, " {}", list(&data.args))?;
            }
        }
        (_, aux) => write!(out, " {} {aux:?}", list(&data.args))?,
    }
    if data.site != 0 {
        write!(out, " !{}", data.site)?;
    }
    Ok(())
}

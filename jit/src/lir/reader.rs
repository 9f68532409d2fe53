//! The reader of the textual form that `text.rs` describes.
//!
//! It builds what the text says; whether that is well-formed LIR is the
//! verifier's business. Only what it needs to build at all is an error here:
//! syntax, unknown names, block labels out of order, values without any
//! definition (their type is not known).

use super::op::{Cc, Op, ResultRule};
use super::text::{Form, form, is_typed};
use super::{Aux, Block, FastMath, Func, FuncId, Import, ImportData, Inst, InstData, Module, Signature, Target, Ty, Value};
use std::fmt;
use std::sync::Arc;
use taipan_runtime::trap::TrapKind;

/// Why a text is not LIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// 1-based line.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
impl std::error::Error for ReadError {}

type Read<T> = Result<T, String>;

/// Reads a module.
pub fn read_module(text: &str) -> Result<Module, ReadError> {
    let mut module = Module::default();
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(n, l)| (n + 1, l.split(';').next().unwrap_or("").trim()))
        .filter(|(_, l)| !l.is_empty())
        .collect();
    let at = |line: usize| move |message: String| ReadError { line, message };

    // Headers first: calls may name later functions.
    let mut signatures = Vec::new();
    for (n, line) in &lines {
        if line.starts_with("fn") && line.ends_with('{') {
            signatures.push(header(line, &format!("fn{}", signatures.len()), "{").map_err(at(*n))?.1);
        } else if line.starts_with("import") {
            let (name, sig) = header(line, &format!("import{}", module.imports.len()), "").map_err(at(*n))?;
            module.imports.push(ImportData { name, sig, entry: Arc::default(), module: Arc::default() });
        }
    }

    let mut open: Option<FuncReader> = None;
    for (n, line) in &lines {
        if line.starts_with("import") {
            if open.is_some() {
                return Err(at(*n)("an import stands before the functions".into()));
            }
        } else if line.starts_with("fn") && line.ends_with('{') {
            if open.is_some() {
                return Err(at(*n)("the function before is not closed".into()));
            }
            let (name, sig) = header(line, &format!("fn{}", module.funcs.len()), "{").map_err(at(*n))?;
            open = Some(FuncReader { func: Func { name, results: sig.results.clone(), ..Func::default() }, defined: vec![], used: vec![] });
        } else if *line == "}" {
            let done = open.take().ok_or_else(|| at(*n)("no function is open".into()))?;
            let func = done.finish(&signatures[module.funcs.len()]).map_err(at(*n))?;
            module.funcs.push(func);
        } else {
            let reader = open.as_mut().ok_or_else(|| at(*n)("expected `fn`".into()))?;
            reader.line(&mut module, &signatures, line).map_err(at(*n))?;
        }
    }
    if open.is_some() {
        return Err(at(lines.last().map_or(1, |l| l.0))("the last function is not closed".into()));
    }
    Ok(module)
}

/// `fn0 @name(i64, f64) -> f64 {`: name and signature.
fn header(line: &str, expected: &str, end: &str) -> Read<(String, Signature)> {
    let mut s = Scanner(line);
    let word = s.word()?;
    if word != expected {
        return Err(format!("expected `{expected}`, found `{word}`"));
    }
    s.expect("@")?;
    let open = s.0.find('(').ok_or("expected `(`")?;
    let name = s.0[..open].to_owned();
    s.0 = &s.0[open..];
    s.expect("(")?;
    let params = s.types(")")?;
    let results = if !s.eat("->") {
        vec![]
    } else if s.eat("(") {
        s.types(")")?
    } else {
        vec![s.ty()?]
    };
    if !end.is_empty() {
        s.expect(end)?;
    }
    s.end()?;
    Ok((name, Signature { params, results }))
}

/// A line being read.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn skip(&mut self) {
        self.0 = self.0.trim_start();
    }
    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
    fn expect(&mut self, token: &str) -> Read<()> {
        if self.eat(token) { Ok(()) } else { Err(format!("expected `{token}` at `{}`", self.0)) }
    }
    fn end(&mut self) -> Read<()> {
        self.skip();
        if self.0.is_empty() { Ok(()) } else { Err(format!("unexpected `{}`", self.0)) }
    }
    /// Letters, digits, `_`.
    fn word(&mut self) -> Read<&'a str> {
        self.skip();
        let end = self.0.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.0.len());
        if end == 0 {
            return Err(format!("expected a word at `{}`", self.0));
        }
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(word)
    }
    /// A number's characters.
    fn number(&mut self) -> Read<&'a str> {
        self.skip();
        let stop = |(i, c): (usize, char)| !(c.is_ascii_alphanumeric() || c == '.' || (i == 0 || self.0[..i].ends_with('e')) && (c == '-' || c == '+'));
        let end = self.0.char_indices().find(|x| stop(*x)).map_or(self.0.len(), |x| x.0);
        if end == 0 {
            return Err(format!("expected a number at `{}`", self.0));
        }
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(word)
    }
    fn int(&mut self) -> Read<i64> {
        let n = self.number()?;
        let parsed = match n.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).map(|x| x as i64).ok(),
            None => n.parse().ok(),
        };
        parsed.ok_or_else(|| format!("`{n}` is not a number"))
    }
    fn ty(&mut self) -> Read<Ty> {
        let w = self.word()?;
        Ty::from_text(w).ok_or_else(|| format!("`{w}` is not a type"))
    }
    fn types(&mut self, close: &str) -> Read<Vec<Ty>> {
        let mut out = vec![];
        while !self.eat(close) {
            if !out.is_empty() {
                self.expect(",")?;
            }
            out.push(self.ty()?);
        }
        Ok(out)
    }
    /// An entity: prefix and number.
    fn entity(&mut self, prefix: &str) -> Read<u32> {
        let w = self.word()?;
        let number = w.strip_prefix(prefix).and_then(|n| n.parse().ok());
        // A bound that no real module reaches keeps tables from exploding.
        number.filter(|n| *n < 1 << 24).ok_or_else(|| format!("expected `{prefix}` and a number, found `{w}`"))
    }
    fn value(&mut self) -> Read<Value> {
        self.entity("v").map(Value)
    }
    /// `v1, v2` up to something else.
    fn values(&mut self) -> Read<Vec<Value>> {
        self.skip();
        let mut out = vec![];
        if self.0.starts_with('v') {
            out.push(self.value()?);
            while self.eat(",") {
                out.push(self.value()?);
            }
        }
        Ok(out)
    }
    /// `(v1, v2)`; nothing is an empty list.
    fn parenthesised(&mut self) -> Read<Vec<Value>> {
        if !self.eat("(") {
            return Ok(vec![]);
        }
        let out = self.values()?;
        self.expect(")")?;
        Ok(out)
    }
    fn target(&mut self) -> Read<Target> {
        Ok(Target { block: Block(self.entity("bb")?), args: self.parenthesised()? })
    }
    /// `+8`, `-8`, nothing.
    fn offset(&mut self) -> Read<i64> {
        self.skip();
        if self.0.starts_with(['+', '-']) { self.int() } else { Ok(0) }
    }
    /// `@name`.
    fn symbol(&mut self, module: &mut Module) -> Read<Aux> {
        self.expect("@")?;
        let name = self.word()?;
        let symbol = crate::symbols::find(name).ok_or_else(|| format!("no runtime symbol `{name}`"))?;
        Ok(Aux::Sym(module.symbol(&symbol)))
    }
    fn fast(&mut self) -> Read<Aux> {
        if !self.eat("{") {
            return Ok(Aux::None);
        }
        let mut bits = 0;
        while !self.eat("}") {
            let w = self.word()?;
            bits |= match FastMath::NAMES.iter().position(|n| *n == w) {
                Some(i) => 1 << i,
                None if w == "fast" => FastMath::FAST.0,
                None => return Err(format!("`{w}` is not a fastmath flag")),
            };
        }
        Ok(Aux::Fast(FastMath(bits)))
    }
    fn float(&mut self, ty: Ty) -> Read<i64> {
        self.skip();
        if self.0.starts_with("bits") {
            self.expect("bits")?;
            return self.int();
        }
        let n = self.number()?;
        let bad = || format!("`{n}` is not a float");
        Ok(if ty == Ty::F32 {
            i64::from(n.parse::<f32>().map_err(|_| bad())?.to_bits())
        } else {
            n.parse::<f64>().map_err(|_| bad())?.to_bits() as i64
        })
    }
}

struct FuncReader {
    func: Func,
    defined: Vec<bool>,
    used: Vec<Value>,
}

impl FuncReader {
    fn define(&mut self, v: Value, ty: Ty) {
        if v.index() >= self.func.values.len() {
            self.func.values.resize(v.index() + 1, Ty::I1);
            self.defined.resize(v.index() + 1, false);
        }
        self.func.values[v.index()] = ty;
        self.defined[v.index()] = true;
    }

    fn line(&mut self, module: &mut Module, signatures: &[Signature], line: &str) -> Read<()> {
        if line.starts_with("bb") && line.ends_with(':') { self.label(line) } else { self.inst(module, signatures, line) }
    }

    /// `bb1(v1: i64) cold:`
    fn label(&mut self, line: &str) -> Read<()> {
        let mut s = Scanner(line);
        let b = Block(s.entity("bb")?);
        if b.index() != self.func.blocks.len() {
            return Err(format!("expected `bb{}`, found `{b}`", self.func.blocks.len()));
        }
        self.func.add_block();
        if s.eat("(") {
            while !s.eat(")") {
                if !self.func.blocks[b.index()].params.is_empty() {
                    s.expect(",")?;
                }
                let v = s.value()?;
                s.expect(":")?;
                self.define(v, s.ty()?);
                self.func.blocks[b.index()].params.push(v);
            }
        }
        self.func.blocks[b.index()].cold = s.eat("cold");
        s.expect(":")?;
        s.end()
    }

    fn inst(&mut self, module: &mut Module, signatures: &[Signature], line: &str) -> Read<()> {
        let mut s = Scanner(line);
        let has_results = line.contains(" = ");
        let results = if has_results { s.values()? } else { vec![] };
        if has_results {
            s.expect("=")?;
        }
        let name = s.word()?;
        let op = Op::from_text(name).ok_or_else(|| format!("`{name}` is not an operation"))?;
        let mut data = InstData { op, ty: Ty::I1, args: vec![], imm: 0, aux: Aux::None, results, site: 0 };
        if is_typed(op) {
            s.expect(".")?;
            data.ty = s.ty()?;
        } else if op.rule() == ResultRule::Ptr {
            data.ty = Ty::Ptr;
        }
        self.operands(module, &mut s, &mut data)?;
        if s.eat("!") {
            data.site = u32::try_from(s.int()?).map_err(|_| "a site is a small number")?;
        }
        s.end()?;

        let tys = result_types(module, signatures, &data)?;
        if tys.len() != data.results.len() {
            return Err(format!("`{name}` has {} results, {} are named", tys.len(), data.results.len()));
        }
        for (v, ty) in data.results.clone().into_iter().zip(tys) {
            self.define(v, ty);
        }
        self.used.extend(data.uses());
        let block = self.func.blocks.last_mut().ok_or("an instruction stands in a block")?;
        block.insts.push(Inst::new(self.func.insts.len()));
        self.func.insts.push(data);
        Ok(())
    }

    fn operands(&mut self, module: &mut Module, s: &mut Scanner<'_>, data: &mut InstData) -> Read<()> {
        match form(data.op) {
            Form::Args => {
                data.aux = s.fast()?;
                data.args = s.values()?;
            }
            Form::Imm | Form::HexImm => data.imm = s.int()?,
            Form::FloatImm => data.imm = s.float(data.ty)?,
            Form::Compare => {
                let w = s.word()?;
                data.aux = Aux::Cc(Cc::from_text(w).ok_or_else(|| format!("`{w}` is not a predicate"))?);
                data.args = s.values()?;
            }
            Form::Load => {
                data.args = vec![s.value()?];
                data.imm = s.offset()?;
            }
            Form::Store => {
                data.args = vec![s.value()?];
                data.imm = s.offset()?;
                s.expect(",")?;
                data.args.push(s.value()?);
            }
            Form::Scaled => {
                data.args = s.values()?;
                s.expect("*")?;
                data.imm = s.int()?;
            }
            Form::Call => {
                s.skip();
                data.aux = if s.0.starts_with("import") { Aux::Import(Import(s.entity("import")?)) } else { Aux::Func(FuncId(s.entity("fn")?)) };
                data.args = s.parenthesised()?;
            }
            Form::SymCall => {
                if let Aux::Fast(f) = s.fast()? {
                    data.imm = i64::from(f.0);
                }
                data.aux = s.symbol(module)?;
                data.args = s.parenthesised()?;
            }
            Form::SymRef => data.aux = s.symbol(module)?,
            Form::FuncRef => data.aux = Aux::Func(FuncId(s.entity("fn")?)),
            Form::Jump => data.aux = Aux::Targets(vec![s.target()?]),
            Form::Brif => {
                data.args = vec![s.value()?];
                s.expect(",")?;
                let then = s.target()?;
                s.expect(",")?;
                data.aux = Aux::Targets(vec![then, s.target()?]);
            }
            Form::Trap => {
                let w = s.word()?;
                data.aux = Aux::Trap(TrapKind::from_name(w).ok_or_else(|| format!("`{w}` is not a trap"))?);
                data.args = s.parenthesised()?;
            }
            Form::Exit => {
                data.imm = s.int()?;
                data.args = s.parenthesised()?;
            }
        }
        Ok(())
    }

    fn finish(self, sig: &Signature) -> Read<Func> {
        let defined = |v: &Value| self.defined.get(v.index()).copied().unwrap_or(false);
        if let Some(v) = self.used.iter().find(|v| !defined(v)) {
            return Err(format!("{v} has no definition"));
        }
        if self.func.blocks.is_empty() {
            return Err("a function has at least one block".into());
        }
        let entry = self.func.signature();
        if entry.params != sig.params {
            return Err("the parameters of bb0 are not those of the function".into());
        }
        Ok(self.func)
    }
}

fn result_types(module: &Module, signatures: &[Signature], data: &InstData) -> Read<Vec<Ty>> {
    let status_and = |results: &[Ty]| std::iter::once(Ty::I32).chain(results.iter().copied()).collect();
    Ok(match data.op.rule() {
        ResultRule::None => vec![],
        ResultRule::Ty => vec![data.ty],
        ResultRule::Bool => vec![Ty::I1],
        ResultRule::Ptr => vec![Ty::Ptr],
        ResultRule::Signature => match &data.aux {
            Aux::Sym(s) => module.symbols[s.index()].sig.results.clone(),
            Aux::Func(f) => status_and(&signatures.get(f.index()).ok_or_else(|| format!("no function {f}"))?.results),
            Aux::Import(f) => status_and(&module.imports.get(f.index()).ok_or_else(|| format!("no import {f}"))?.sig.results),
            _ => vec![],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
import0 @callee(i64) -> i64

fn0 @kernel(ptr, i64) -> f64 {
bb0(v0: ptr, v1: i64):
  v2 = iconst.i64 -9223372036854775808
  v3 = icmp.i64 slt v1, v2
  brif v3, bb1, bb2(v2)
bb1 cold:
  trap index(v1, v2, v2) !7
bb2(v4: i64):
  poll 3
  v5 = ptr_index v0, v4 * 8
  v6 = load.f64 v5-16
  v7 = fadd.f64 {nnan nsz} v6, v6
  store.f64 v5+8, v7
  v8, v9 = call import0(v4) !8
  v10 = call_sym @sin(v7)
  v11 = fconst.f64 1e300
  v12 = fconst.f32 bits 0x7fc00001
  v13 = fconst.f64 -inf
  v14 = fmul.f64 {fast} v11, v13
  v15 = addr_const 0x7f00
  v16 = func_addr fn1
  v17 = get_ctx
  brif v3, bb2(v9), bb3
bb3:
  exit 3(v10, v11)
}

fn1 @f(i64) -> (i64, i32) {
bb0(v0: i64):
  v1 = iconst.i32 5
  ret v0, v1
}
";

    #[test]
    fn text_round_trips() {
        let m = read_module(SAMPLE).unwrap();
        assert_eq!(m.to_string(), SAMPLE);
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line, message) in [
            ("fn0 @f() {\nbb0:\n  v1 = iconst.i99 0\n}", 3, "`i99` is not a type"),
            ("fn0 @f() {\nbb0:\n  ret v7\n}", 4, "v7 has no definition"),
            ("fn0 @f() {\nbb1:\n  ret\n}", 2, "expected `bb0`, found `bb1`"),
            ("fn0 @f() {\nbb0:\n  v0 = call_sym @nothing()\n}", 3, "no runtime symbol `nothing`"),
        ] {
            let e = read_module(text).unwrap_err();
            assert_eq!((e.line, e.message.as_str()), (line, message));
        }
    }
}

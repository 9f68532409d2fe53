//! Typed HIR told line by line of the source, for `inspect_types`.

use super::type_text::TypeText;
use super::{Func, Term, Value};
use std::fmt::Write;

/// What is computed on one line of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTypes {
    /// 1-based line.
    pub line: u32,
    /// `result = operation  :: type`, block by block.
    pub steps: Vec<String>,
}

impl Func {
    /// Every line that computes something, in source order. A block stands
    /// where its first instruction does.
    pub fn by_line(&self) -> Vec<LineTypes> {
        let mut lines: Vec<LineTypes> = Vec::new();
        let mut add = |line: u32, step: String| {
            let at = lines.binary_search_by_key(&line, |l| l.line).unwrap_or_else(|at| {
                lines.insert(at, LineTypes { line, steps: Vec::new() });
                at
            });
            lines[at].steps.push(step);
        };
        for b in self.reverse_post_order() {
            let data = &self.blocks[b.index()];
            let first = data.insts.first().map_or(data.term_line, |i| i.line);
            add(first, format!("label {b}"));
            for p in &data.params {
                add(first, self.step("parameter", &[*p]));
            }
            for i in &data.insts {
                add(i.line, self.step(&i.op.to_string(), &i.results));
            }
            if let Some(handler) = data.term.handler() {
                add(first, format!("exceptions go to {handler}"));
            }
            add(
                data.term_line,
                match data.term.inner() {
                    Term::Guarded { .. } => String::new(),
                    Term::Jump(t) => format!("jump {t}"),
                    Term::Branch { cond, then, otherwise } => format!("branch {cond}, {then}, {otherwise}"),
                    Term::Return(v) => format!("return {v}  :: {}", TypeText(&self.return_type)),
                    Term::Raise { exception: Some(v) } => format!("raise {v}"),
                    Term::Raise { exception: None } => "raise".to_owned(),
                    Term::Exit { reason, .. } => format!("exit {}", reason.text()),
                    Term::Unreachable => "unreachable".to_owned(),
                },
            );
        }
        lines
    }

    /// `v1 (name) = operation  :: type`.
    fn step(&self, operation: &str, results: &[Value]) -> String {
        let mut step = String::new();
        for (n, v) in results.iter().enumerate() {
            let _ = write!(step, "{}{v}", if n > 0 { ", " } else { "" });
            if let Some(name) = &self.names[v.index()] {
                let _ = write!(step, " ({name})");
            }
        }
        let _ = write!(step, "{}{operation}", if results.is_empty() { "" } else { " = " });
        for (n, v) in results.iter().enumerate() {
            let _ = write!(step, "{}{}", if n > 0 { ", " } else { "  :: " }, TypeText(self.ty(*v)));
        }
        step
    }
}

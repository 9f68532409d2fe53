//! Errors of compilation, by audience.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Whose problem it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The user's program: types do not fit (`numba.core.errors.TypingError`).
    Typing,
    /// Our gap: a construct or function not supported; stable code such as
    /// `T0003` (`numba.core.errors.UnsupportedError`).
    Unsupported(&'static str),
    /// A limit of the implementation (function too large …).
    Limit,
    /// Ours: an internal contradiction.
    Bug,
}

/// Why a function was not compiled. Boxed, because nearly every function of
/// the compiler can return one and hardly any does.
#[derive(Clone, Debug)]
pub struct CompileError(Box<Details>);

/// What a [`CompileError`] says.
#[derive(Clone, Debug)]
pub struct Details {
    pub audience: Audience,
    pub message: String,
    pub file: Arc<str>,
    pub function: Arc<str>,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// Extra lines: operand types, one suggested fix.
    pub notes: Vec<String>,
    /// A name that is not defined at all: the vm raises what Numba raises.
    pub undefined_name: Option<Arc<str>>,
}

impl CompileError {
    /// A typing error without location (filled in by [`CompileError::at`]).
    pub fn typing(message: impl Into<String>) -> Self {
        Self::new(Audience::Typing, message)
    }
    /// A gap with its stable code.
    pub fn unsupported(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Audience::Unsupported(code), message)
    }
    /// Our bug.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Audience::Bug, message)
    }
    /// Any audience, no location yet.
    pub fn new(audience: Audience, message: impl Into<String>) -> Self {
        CompileError(Box::new(Details {
            audience,
            message: message.into(),
            file: "".into(),
            function: "".into(),
            line: 0,
            notes: vec![],
            undefined_name: None,
        }))
    }
    /// Adds the place unless one is set (the innermost wins).
    pub fn at(mut self, file: &Arc<str>, function: &Arc<str>, line: u32) -> Self {
        if self.line == 0 {
            self.file = file.clone();
            self.function = function.clone();
            self.line = line;
        }
        self
    }
    /// Adds a note line.
    pub fn note(mut self, n: impl Into<String>) -> Self {
        self.notes.push(n.into());
        self
    }
}

impl Deref for CompileError {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for CompileError {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for n in &self.notes {
            write!(f, "\n{n}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CompileError {}

//! Rewrites of HIR.

pub mod inline;
pub mod parallel;

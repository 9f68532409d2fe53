//! Rewrites of HIR.

pub mod fuse;
pub mod inline;
pub mod parallel;

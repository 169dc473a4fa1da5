//! Sparse matrices: rows of places and values, one after the other in one list.

use crate::fixed::{div, mul, Fixed};
use alloc::{vec, vec::Vec};

/// A value at a place of its row.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entry {
    pub place: u16,
    pub value: Fixed,
}

impl From<(u16, &Fixed)> for Entry {
    fn from((place, value): (u16, &Fixed)) -> Self {
        Self { place, value: *value }
    }
}

/// Rows, each with the entries it has; every place is below the width.
#[derive(Clone)]
pub(crate) struct Matrix {
    width: usize,
    entries: Vec<Entry>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Matrix {
    /// No rows yet.
    pub fn new(width: usize) -> Self {
        Self { width, entries: Vec::new(), ends: Vec::new() }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds to the row that is being made.
    pub fn extend(&mut self, entries: impl Iterator<Item = Entry>) {
        self.entries.extend(entries);
    }

    /// The row that is being made.
    pub fn open_row(&mut self) -> &mut [Entry] {
        let from = self.ends.last().copied().unwrap_or(0);
        self.entries.get_mut(from..).unwrap_or_default()
    }

    /// The next row begins.
    pub fn close_row(&mut self) {
        self.ends.push(self.entries.len());
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let row = self.entries.get(from..*end).unwrap_or_default();
            from = *end;
            row
        })
    }

    /// Sees every entry.
    pub fn each(&self, see: impl FnMut(&Entry)) {
        self.entries.iter().for_each(see);
    }

    /// Replaces every value, made from its row and its old entry.
    pub fn update(&mut self, value: impl Fn(usize, &Entry) -> Fixed) {
        let mut from = 0;
        for (i, end) in self.ends.iter().enumerate() {
            for entry in self.entries.get_mut(from..*end).unwrap_or_default() {
                entry.value = value(i, entry);
            }
            from = *end;
        }
    }

    /// The same entries with other values.
    pub fn map(&self, value: impl Fn(usize, &Entry) -> Fixed) -> Self {
        let mut mapped = self.clone();
        mapped.update(value);
        mapped
    }

    /// Values made of two matrices that have the same entries; none: the entry is dropped.
    pub fn zip_filter_map(&self, other: &Self, value: impl Fn(&Entry, &Entry) -> Option<Fixed>) -> Self {
        let mut made = Self::new(self.width);
        for (a, b) in self.rows().zip(other.rows()) {
            let values = a.iter().zip(b).filter_map(|(a, b)| value(a, b).map(|value| Entry { place: a.place, value }));
            made.entries.extend(values);
            made.close_row();
        }
        made
    }

    /// For each column the sum of its values, each times its row's factor.
    pub fn column_sums_by(&self, factors: &[Fixed]) -> Vec<Fixed> {
        let mut sums = vec![0; self.width];
        for (row, factor) in self.rows().zip(factors) {
            if *factor == 0 {
                continue;
            }
            for entry in row {
                if let Some(sum) = sums.get_mut(usize::from(entry.place)) {
                    *sum = Fixed::saturating_add(*sum, mul(*factor, entry.value));
                }
            }
        }
        sums
    }

    /// Divides each value by the sum of its column.
    pub fn normalize_columns(&mut self) {
        let mut totals = vec![0; self.width];
        for entry in &self.entries {
            if let Some(total) = totals.get_mut(usize::from(entry.place)) {
                *total = Fixed::saturating_add(*total, entry.value);
            }
        }
        for entry in &mut self.entries {
            entry.value = div(entry.value, totals.get(usize::from(entry.place)).copied().unwrap_or(0));
        }
    }

    /// For each column its values with a number of each row, for rows that are wanted.
    pub fn columns_of(
        &self,
        is_wanted: impl Fn(usize) -> bool,
        number: impl Fn(usize) -> Fixed,
    ) -> Vec<Vec<(Fixed, Fixed)>> {
        let mut columns = vec![Vec::new(); self.width];
        for (i, row) in self.rows().enumerate() {
            if !is_wanted(i) {
                continue;
            }
            let own = number(i);
            for entry in row {
                if let Some(column) = columns.get_mut(usize::from(entry.place)) {
                    column.push((entry.value, own));
                }
            }
        }
        columns
    }
}

//! Windows of rows: what to show of tables that are longer than any screen.

use crate::filter::Filter;
use crate::index::{GrainEntry, NO_TIME, PacketEntry};
use crate::model::{Column, Direction, GrainRow, Lane, LaneColumn, PacketRow, Query, Window};
use crate::session::Session;

/// Rows that one query may ask for.
const ROWS: u32 = 10_000;

/// Columns that one timeline may ask for.
const COLUMNS: u32 = 16_384;

/// The selections of the latest queries: scrolling asks for the same again and again.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    grains: Option<Selection>,
    packets: Option<Selection>,
}

/// Which rows a query selects, in its order.
#[derive(Debug)]
struct Selection {
    flow: Option<u32>,
    filter: String,
    sort: Option<(Column, Direction)>,
    /// Rows that there were when it was made; a capture that grew is selected from anew.
    of: usize,
    flows: usize,
    rows: Vec<u32>,
}

impl Selection {
    fn is_for(&self, query: &Query, of: usize, flows: usize) -> bool {
        self.flow == query.flow
            && self.filter == query.filter
            && self.sort == query.sort
            && self.of == of
            && self.flows == flows
    }
}

impl Session {
    /// Some rows of the table of Grains. An error is a sentence about the filter.
    pub fn grains(&self, query: &Query) -> Result<Window<GrainRow>, String> {
        let row = |id: u32| self.grains.get(id as usize).map(|entry| self.grain_row(id, entry));
        if is_plain(query) {
            return Ok(plain(query, self.grains.len(), row));
        }
        self.select_grains(query)?;
        Ok(window(query, self.cache.borrow().grains.as_ref(), row))
    }

    /// Some rows of the table of packets. An error is a sentence about the filter.
    pub fn packets(&self, query: &Query) -> Result<Window<PacketRow>, String> {
        let row = |i: u32| {
            self.packets
                .get(i as usize)
                .map(|entry| self.packet_row(u64::from(i) + 1, entry))
        };
        if is_plain(query) {
            return Ok(plain(query, self.packets.len(), row));
        }
        self.select_packets(query)?;
        Ok(window(query, self.cache.borrow().packets.as_ref(), row))
    }

    /// The row at which a query shows a Grain; `None` if it does not select it.
    pub fn grain_position(&self, query: &Query, grain: u32) -> Result<Option<u64>, String> {
        if is_plain(query) {
            return Ok(self.grains.get(grain as usize).map(|_| u64::from(grain)));
        }
        self.select_grains(query)?;
        Ok(position(self.cache.borrow().grains.as_ref(), grain))
    }

    /// The row at which a query shows a packet; `None` if it does not select it.
    pub fn packet_position(&self, query: &Query, ordinal: u64) -> Result<Option<u64>, String> {
        let Some(index) = ordinal.checked_sub(1).and_then(|i| u32::try_from(i).ok()) else {
            return Ok(None);
        };
        if is_plain(query) {
            return Ok(self.packets.get(index as usize).map(|_| u64::from(index)));
        }
        self.select_packets(query)?;
        Ok(position(self.cache.borrow().packets.as_ref(), index))
    }

    /// The row of a query whose Grain arrived nearest to a time (nanoseconds since 1970 UTC).
    pub fn grain_at(&self, query: &Query, time_ns: i64) -> Result<Option<u64>, String> {
        let distance = |id: u32| self.grains.get(id as usize).map(|e| e.arrival_ns.abs_diff(time_ns));
        if is_plain(query) {
            return Ok(nearest(0..self.grains.len() as u32, distance));
        }
        self.select_grains(query)?;
        Ok(nearest(
            selected(self.cache.borrow().grains.as_ref()).iter().copied(),
            distance,
        ))
    }

    /// The row of a query whose packet came nearest to a time (nanoseconds since 1970 UTC).
    pub fn packet_at(&self, query: &Query, time_ns: i64) -> Result<Option<u64>, String> {
        let distance = |i: u32| self.packets.get(i as usize).map(|e| e.time_ns.abs_diff(time_ns));
        if is_plain(query) {
            return Ok(nearest(0..self.packets.len() as u32, distance));
        }
        self.select_packets(query)?;
        Ok(nearest(
            selected(self.cache.borrow().packets.as_ref()).iter().copied(),
            distance,
        ))
    }

    fn select_grains(&self, query: &Query) -> Result<(), String> {
        let mut cache = self.cache.borrow_mut();
        let (of, flows) = (self.grains.len(), self.table.public().len());
        if cache.grains.as_ref().is_some_and(|s| s.is_for(query, of, flows)) {
            return Ok(());
        }
        let filter = Filter::parse(&query.filter)?;
        let is_wanted = |id: u32, entry: &GrainEntry| {
            query
                .flow
                .is_none_or(|flow| self.table.number(entry.flow) == Some(flow))
                && filter.grain(self, id, entry, None)
        };
        let all = (0u32..).zip(self.grains.iter());
        let mut rows: Vec<u32> = all.filter(|(i, entry)| is_wanted(*i, entry)).map(|(i, _)| i).collect();
        if let Some((column, direction)) = query.sort {
            let key = |&id: &u32| {
                self.grains
                    .get(id as usize)
                    .map_or(0, |entry| self.grain_key(entry, column))
            };
            sort(&mut rows, key, direction);
        }
        cache.grains = Some(selection(query, of, flows, rows));
        Ok(())
    }

    fn select_packets(&self, query: &Query) -> Result<(), String> {
        let mut cache = self.cache.borrow_mut();
        let (of, flows) = (self.packets.len(), self.table.public().len());
        if cache.packets.as_ref().is_some_and(|s| s.is_for(query, of, flows)) {
            return Ok(());
        }
        let filter = Filter::parse(&query.filter)?;
        let is_wanted = |i: u32, entry: &PacketEntry| {
            query
                .flow
                .is_none_or(|flow| self.table.number(entry.flow) == Some(flow))
                && filter.packet(self, u64::from(i) + 1, entry, None)
        };
        let all = (0u32..).zip(self.packets.iter());
        let mut rows: Vec<u32> = all.filter(|(i, entry)| is_wanted(*i, entry)).map(|(i, _)| i).collect();
        if let Some((column, direction)) = query.sort {
            let key = |&i: &u32| {
                self.packets
                    .get(i as usize)
                    .map_or(0, |entry| self.packet_key(entry, column))
            };
            sort(&mut rows, key, direction);
        }
        cache.packets = Some(selection(query, of, flows, rows));
        Ok(())
    }

    fn grain_key(&self, entry: &GrainEntry, column: Column) -> i64 {
        match column {
            Column::Time => entry.arrival_ns,
            Column::Flow => i64::from(entry.flow),
            Column::RtpTimestamp => entry.extended.cast_signed(),
            Column::Size => i64::from(entry.payload_bytes),
            Column::Packets => i64::from(entry.packets.1),
            Column::Latency => entry
                .origin_ns
                .map_or(i64::MIN, |origin| entry.arrival_ns.saturating_sub(origin)),
            Column::Findings => i64::from(entry.findings),
        }
    }

    fn packet_key(&self, entry: &PacketEntry, column: Column) -> i64 {
        match column {
            Column::Time => entry.time_ns,
            Column::Flow => i64::from(entry.flow),
            Column::RtpTimestamp => i64::from(entry.rtp_timestamp),
            Column::Size => i64::from(entry.original),
            Column::Packets | Column::Latency | Column::Findings => 0,
        }
    }

    /// The timeline between two times (nanoseconds since 1970 UTC) in `columns` equal steps: one lane per flow.
    #[must_use]
    pub fn timeline(&self, from_ns: i64, to_ns: i64, columns: u32) -> Vec<Lane> {
        let columns = columns.min(COLUMNS);
        let span = to_ns.saturating_sub(from_ns);
        if columns == 0 || span <= 0 {
            return Vec::new();
        }
        let empty = vec![LaneColumn::default(); columns as usize];
        let mut lanes: Vec<Lane> = (0..self.table.public().len() as u32)
            .map(|flow| Lane {
                flow,
                columns: empty.clone(),
            })
            .collect();
        let at = |time_ns: i64| {
            let inside = time_ns != NO_TIME && from_ns <= time_ns && time_ns <= to_ns;
            let column = i128::from(time_ns.saturating_sub(from_ns)) * i128::from(columns) / i128::from(span);
            inside.then_some((column as usize).min(columns as usize - 1))
        };
        let numbers: Vec<Option<u32>> = (0..self.table.flows.len() as u32)
            .map(|slot| self.table.number(slot))
            .collect();
        let lane_of = |slot: u32| numbers.get(slot as usize).copied().flatten();
        for entry in self.packets.iter() {
            if let (Some(lane), Some(column)) = (lane_of(entry.flow), at(entry.time_ns))
                && let Some(cell) = lanes.get_mut(lane as usize).and_then(|l| l.columns.get_mut(column))
            {
                cell.packets += 1;
            }
        }
        for entry in self.grains.iter() {
            if let (Some(lane), Some(column)) = (lane_of(entry.flow), at(entry.arrival_ns))
                && let Some(cell) = lanes.get_mut(lane as usize).and_then(|l| l.columns.get_mut(column))
            {
                cell.grains += 1;
                cell.statics += u32::from(entry.is_static);
                cell.incomplete += u32::from(!entry.complete);
                cell.findings += entry.findings;
            }
        }
        lanes
    }
}

/// Whether a query is for the whole table in its own order.
fn is_plain(query: &Query) -> bool {
    query.flow.is_none() && query.filter.trim().is_empty() && query.sort.is_none()
}

fn selected(selection: Option<&Selection>) -> &[u32] {
    selection.map_or(&[], |s| &s.rows)
}

fn position(selection: Option<&Selection>, handle: u32) -> Option<u64> {
    selected(selection)
        .iter()
        .position(|&row| row == handle)
        .map(|at| at as u64)
}

fn nearest(rows: impl Iterator<Item = u32>, distance: impl Fn(u32) -> Option<u64>) -> Option<u64> {
    (0u64..)
        .zip(rows)
        .filter_map(|(at, row)| Some((distance(row)?, at)))
        .min()
        .map(|(_, at)| at)
}

/// A window of the whole table in its own order.
fn plain<T>(query: &Query, total: usize, row: impl Fn(u32) -> Option<T>) -> Window<T> {
    let first = query.first.min(total as u64);
    let count = query.count.min(ROWS);
    let rows = (first..total as u64)
        .take(count as usize)
        .filter_map(|i| row(u32::try_from(i).ok()?))
        .collect();
    Window {
        total: total as u64,
        first,
        rows,
    }
}

fn selection(query: &Query, of: usize, flows: usize, rows: Vec<u32>) -> Selection {
    Selection {
        flow: query.flow,
        filter: query.filter.clone(),
        sort: query.sort,
        of,
        flows,
        rows,
    }
}

fn window<T>(query: &Query, selection: Option<&Selection>, row: impl Fn(u32) -> Option<T>) -> Window<T> {
    let selected = selected(selection);
    let first = usize::try_from(query.first).unwrap_or(usize::MAX).min(selected.len());
    let rows = selected
        .iter()
        .skip(first)
        .take(query.count.min(ROWS) as usize)
        .filter_map(|&i| row(i))
        .collect();
    Window {
        total: selected.len() as u64,
        first: first as u64,
        rows,
    }
}

/// Sorts rows by a key; rows with equal keys keep their order in both directions.
fn sort(rows: &mut [u32], key: impl Fn(&u32) -> i64, direction: Direction) {
    match direction {
        Direction::Ascending => rows.sort_by_key(key),
        Direction::Descending => rows.sort_by_key(|row| std::cmp::Reverse(key(row))),
    }
}

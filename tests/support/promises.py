"""What the documents promise, the test that each names, and a change of the code that this test must catch."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """A change of one file of the package, which a test must not survive.

    Parameters
    ----------
    test : "test_file.py::test_name", as the documents name it.
    file : of the package.
    old, new : text replaced wherever it is, and what replaces it.
    """

    test: str
    file: str
    old: str
    new: str


MUTATIONS = (
    Mutation(
        "test_admin.py::test_nobody_else_does",
        "api/admin.py",
        "if not hmac.compare_digest(given.encode(), expected.encode()):",
        "if not expected.startswith(given or '?'):",
    ),
    Mutation(
        "test_admin.py::test_without_a_token_there_is_no_such_route",
        "api/admin.py",
        "raise HTTPException(HTTPStatus.NOT_FOUND)",
        "return",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_the_journal_is_for_its_owner_alone",
        "workflows/lookup_file/output.py",
        "_OWNER_ONLY = 0o600",
        "_OWNER_ONLY = 0o640",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_the_journal_holds_no_cell_of_the_input",
        "workflows/lookup_file/output.py",
        "_line([answer.line, answer.seal, *answer.cells])",
        "_line([answer.line, answer.seal, *answer.cells, 'case'])",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_an_input_that_changes_at_any_moment_is_found_out",
        "sources/files.py",
        "if self._now(self._path) != self._state:",
        "if False:",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_what_follows_a_damaged_line_of_the_journal_is_asked_again",
        "workflows/lookup_file/output.py",
        " and checksum == expected.encode()",
        "",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_an_answer_goes_to_the_row_that_asked_and_to_no_other",
        "workflows/lookup_file/output.py",
        "(row.line, row.seal) != (answer.line, answer.seal)",
        "row.line != answer.line",
    ),
    Mutation(
        "test_lookup_file.py::test_after_a_kill_in_the_merge_the_next_command_removes_what_was_left_and_says_where",
        "sources/files.py",
        "        shutil.rmtree(folder)\n",
        "",
    ),
    Mutation(
        "test_bulk_lookup.py::test_kept_answers_that_are_not_those_of_their_rows_are_found_out",
        "workflows/lookup_file/job.py",
        "if not np.array_equal(answers.column(SEAL).to_numpy(), ",
        "if not bool(",
    ),
    Mutation(
        "test_files.py::test_the_files_of_a_killed_process_are_swept_and_those_of_a_living_one_kept",
        "api/slots.py",
        "shutil.rmtree(folder, ignore_errors=True)",
        "pass",
    ),
    Mutation(
        "test_files.py::test_the_page_of_what_is_to_be_checked_is_that_of_the_command_line",
        "api/files.py",
        'sent.folder / "relire.html" if',
        'sent.folder.with_name("geoville-fichier-relire.html") if',
    ),
    Mutation(
        "test_abuse.py::test_a_file_made_to_fill_the_memory_does_not",
        "sources/rows/limits.py",
        "if size > unpacked_bytes or size > times * max(path.stat().st_size, 1):",
        "if False:",
    ),
    Mutation(
        "test_row_limits.py::test_it_costs_little_and_says_why",
        "sources/rows/csv.py",
        "if filling > MOST_FILLING and ",
        "if False and ",
    ),
    Mutation(
        "test_row_limits.py::test_it_costs_little_and_says_why",
        "sources/rows/xlsx.py",
        "if not 0 < self._line <= MOST_ROWS:",
        "if False:",
    ),
    Mutation(
        "test_row_limits.py::test_it_costs_little_and_says_why",
        "sources/rows/csv.py",
        "if len(line) > LONGEST_LINE:",
        "if False:",
    ),
    Mutation(
        "test_apart.py::test_memory_is_counted", "sources/rows/apart.py", "_limit(resource.RLIMIT_AS, ", "max(0, "
    ),
    Mutation(
        "test_apart.py::test_processor_is_counted", "sources/rows/apart.py", "_limit(resource.RLIMIT_CPU, ", "max(0, "
    ),
    Mutation(
        "test_slots.py::test_a_client_that_leaves_gives_its_place_back_though_its_file_is_being_read",
        "api/slots.py",
        "        if not is_kept:\n            sent.cleanup()",
        "        if not is_kept:\n            pass",
    ),
    Mutation(
        "test_slots.py::test_a_full_disk_is_not_the_fault_of_the_file_and_keeps_no_place",
        "api/files.py",
        "raise no_room() from error",
        "raise",
    ),
    Mutation(
        "test_slots.py::test_a_file_that_finds_no_place_is_told_when_to_come_back_and_the_service_is_not_ready",
        "api/admin.py",
        "if not request.app.state.slots.can_be_had:",
        "if False:",
    ),
    Mutation(
        "test_middlewares.py::test_a_body_has_a_longest_length", "api/middleware.py", "if read > most:", "if False:"
    ),
    Mutation(
        "test_middlewares.py::test_a_request_has_a_longest_address",
        "api/middleware.py",
        'len(scope["query_string"]) > self._most_bytes',
        'len(scope["query_string"]) > 10**9',
    ),
    Mutation(
        "test_middlewares.py::test_a_client_beyond_its_rate_waits", "api/middleware.py", "if wait_s > 0:", "if False:"
    ),
    Mutation(
        "test_lookup_file.py::test_no_more_questions_of_a_file_are_kept_than_is_said",
        "geocoding/index.py",
        "while self._held > self._most:",
        "while False:",
    ),
    Mutation(
        "test_address_index.py::test_what_is_remembered_of_questions_is_streets_without_the_number_asked",
        "geocoding/search.py",
        "asked = (reading.street, reading.towns, reading.to_the_letter)",
        "asked = (reading.street, reading.towns, reading.to_the_letter, parsed.number)",
    ),
    Mutation(
        "test_middlewares.py::test_what_is_remembered_is_bounded",
        "api/middleware.py",
        "if len(self._buckets) > MOST_CLIENTS:",
        "if False:",
    ),
    Mutation(
        "test_middlewares.py::test_answers_and_problems_keep_out_of_caches_frames_and_scripts",
        "api/middleware.py",
        '(b"cache-control", b"no-store")',
        '(b"cache-control", b"private")',
    ),
    Mutation(
        "test_caching.py::test_no_cache_keeps_what_is_said_of_an_address",
        "api/middleware.py",
        '(b"cache-control", b"no-store")',
        '(b"cache-control", b"private")',
    ),
    Mutation(
        "test_remote_http.py::test_a_redirection_is_not_followed",
        "net.py",
        "follow_redirects=redirections > 0,\n        max_redirects=redirections,",
        "follow_redirects=True,",
    ),
    Mutation(
        "test_row_files_csv.py::test_added_text_that_would_run_is_made_harmless_and_numbers_stay_numbers",
        "sources/rows/row.py",
        "text.startswith(_FORMULA_STARTS)",
        "False",
    ),
    Mutation(
        "test_row_files_xlsx.py::test_added_text_that_would_run_is_made_harmless",
        "sources/rows/row.py",
        "text.startswith(_FORMULA_STARTS)",
        "False",
    ),
    Mutation(
        "test_staging.py::test_an_address_is_shown_without_its_secrets",
        "sources/stores.py",
        '_PASSWORD.sub(r"\\1@", address)',
        "address",
    ),
    Mutation(
        "test_contours.py::test_an_estimate_never_becomes_official",
        "sources/contours.py",
        "if estimated and kind is Kind.QPV:",
        "if False:",
    ),
    Mutation(
        "test_territory.py::test_an_altered_file_is_refused",
        "sources/manifest.py",
        "if _sha256_in_state(self.path, status.st_size, status.st_mtime_ns) != self.source.sha256:",
        "if False:",
    ),
    Mutation(
        "test_archives.py::test_links_are_refused",
        "sources/archives.py",
        "if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:",
        "if False:",
    ),
    Mutation(
        "test_archives.py::test_links_of_7z_are_refused", "sources/archives.py", "if not member.is_file:", "if False:"
    ),
    Mutation(
        "test_jobs.py::test_old_jobs_are_removed_and_nothing_else",
        "api/jobs.py",
        "if _ID.fullmatch(item.name) and item.is_dir())",
        "if item.is_dir())",
    ),
    Mutation(
        "test_jobs.py::test_without_a_folder_there_are_no_jobs",
        "api/app.py",
        "if settings.jobs_dir is not None:",
        "if True:",
    ),
    Mutation(
        "test_jobs.py::test_a_file_is_answered_fetched_and_removed",
        "api/jobs.py",
        "    shutil.rmtree(_folder_of(request, job), ignore_errors=True)",
        "    _folder_of(request, job)",
    ),
    Mutation(
        "test_privacy.py::test_no_door_tells_the_address",
        "net.py",
        'logging.getLogger("httpcore").setLevel(logging.WARNING)',
        'logging.getLogger("httpcore")',
    ),
    Mutation(
        "test_privacy_of_code.py::test_no_log_call_is_given_what_was_typed",
        "api/middleware.py",
        '_log.error("Unexpected %s while answering a request", type(error).__name__)',
        '_log.error("Unexpected %s while answering %s", type(error).__name__, scope["query_string"])',
    ),
    Mutation(
        "test_privacy.py::test_the_real_server_prints_no_address",
        "api/middleware.py",
        '_log.error("Unexpected %s while answering a request", type(error).__name__)',
        '_log.error("Unexpected RuntimeError while answering a request: %s", error)',
    ),
    Mutation(
        "test_privacy.py::test_no_collector_of_telemetry_is_told_anything",
        "api/app.py",
        '{"tracing": False,',
        '{"tracing": True,',
    ),
    Mutation(
        "test_privacy.py::test_an_unexpected_error_is_a_problem_without_its_message",
        "api/middleware.py",
        '"Erreur interne : la demande n\'a pas pu être traitée."',
        'f"Erreur interne : {error}"',
    ),
    Mutation(
        "test_privacy.py::test_no_log_and_no_problem_holds_an_address",
        "api/problems.py",
        'if fault["type"] != "extra_forbidden"]\n    if not faults',
        'if fault["type"]]\n    if not faults',
    ),
    Mutation(
        "test_middlewares.py::test_the_log_says_how_a_request_was_answered_and_not_what_it_asked",
        "api/middleware.py",
        "log_request(method, route, status",
        'log_request(method, scope["path"], status',
    ),
    Mutation(
        "test_admin.py::test_metrics_count_by_route_and_never_by_address",
        "api/middleware.py",
        "self._metrics.answered(method, route, status",
        'self._metrics.answered(method, scope["path"], status',
    ),
    Mutation(
        "test_remote_http.py::test_no_log_and_no_error_holds_what_was_asked",
        "geocoding/remote.py",
        'raise self._unreadable("ne répond pas en JSON") from None',
        'raise self._unreadable("ne répond pas en JSON")',
    ),
    Mutation(
        "test_page_safety.py::test_the_policy_lets_the_page_load_its_own_files_only",
        "api/pages.py",
        "script-src 'self' {script}; style-src",
        "script-src 'self' {script} https:; style-src",
    ),
    Mutation(
        "test_abuse.py::test_a_request_does_not_choose_who_is_asked",
        "api/routing.py",
        'extra="forbid"',
        'extra="ignore"',
    ),
    Mutation(
        "test_abuse.py::test_an_address_that_is_a_link_is_only_searched",
        "workflows/lookup.py",
        "        typed = _COORDINATES.fullmatch(question)\n",
        '        if "://" in question:\n            __import__("urllib.request").request.urlopen(question)\n'
        "        typed = _COORDINATES.fullmatch(question)\n",
    ),
    Mutation(
        "test_postgis_push.py::test_an_official_contour_is_not_called_an_estimate",
        "sources/postgis.py",
        'ESTIMATED if every else _PARTLY_ESTIMATED if some else ""',
        'ESTIMATED if some else ""',
    ),
    Mutation(
        "test_packs.py::test_a_file_of_a_pack_that_changes_is_refused_though_it_was_checked_before",
        "sources/manifest.py",
        "_sha256_in_state(self.path, status.st_size, status.st_mtime_ns)",
        "_sha256_in_state(self.path, 0, 0)",
    ),
    Mutation(
        "test_additions.py::test_a_register_names_files_of_its_own_folder",
        "sources/additions.py",
        " or not _FILE_NAME.fullmatch(addition.stored)",
        "",
    ),
    Mutation(
        "test_fuzz.py::test_what_crashed_once_does_not_any_more",
        "sources/downloads.py",
        "        except (OverflowError, ValueError):",
        "        except ValueError:",
    ),
    Mutation(
        "test_download_faults.py::test_a_safe_address_never_leads_to_an_unsafe_one",
        "sources/downloads.py",
        ' or (url.scheme == "https" and following.scheme == "http")',
        "",
    ),
    Mutation(
        "test_download.py::test_another_file_is_refused_and_leaves_nothing",
        "sources/downloads.py",
        "if not self.accept:",
        "if False:",
    ),
    Mutation(
        "test_remote.py::test_high_scores_do_not_make_up_for_the_wrong_part",
        "geocoding/remote.py",
        "if (citycode and citycode != address.citycode) or not _is_in_town(parsed, address):",
        "if False:",
    ),
    Mutation(
        "test_fuzz.py::test_nothing_but_errors_of_geoville",
        "sources/archives.py",
        "_DAMAGED_GZIP = (zlib.error, EOFError, OSError)",
        "_DAMAGED_GZIP = (OSError,)",
    ),
    Mutation(
        "test_action_secrecy.py::test_who_knows_the_method_finds_no_small_count",
        "eligibility/secrecy.py",
        "hidden >= threshold - 1 + threshold * len(masked)",
        "hidden >= threshold * len(masked)",
    ),
    Mutation(
        "test_action_publication.py::test_no_number_of_the_counts_is_small",
        "eligibility/actions/check.py",
        "counts = publish([verdicts.count(code) for code in cells], secrecy_threshold())",
        "counts = publish([verdicts.count(code) for code in cells], 2)",
    ),
    Mutation(
        "test_actions.py::test_small_counts_of_homes_are_hidden_and_widen_the_share",
        "eligibility/secrecy.py",
        "return PublishedCount(Shown.SMALL)",
        "return PublishedCount(Shown.SMALL, count)",
    ),
    Mutation(
        "test_actions.py::test_the_document_is_json_and_holds_no_home",
        "eligibility/actions/check.py",
        "        _BOUNDS,\n",
        "        repr(public.found),\n",
    ),
    Mutation(
        "test_postgis_swap.py::test_what_geoville_did_not_write_is_not_replaced",
        "sources/postgis.py",
        'if row and not (row[0] == _ORDINARY_TABLE and SIGNATURE in (row[1] or "")):',
        "if False:",
    ),
    Mutation(
        "test_postgis_swap.py::test_readers_see_the_old_table_or_the_new_one",
        "sources/postgis.py",
        '    driver.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))\n',
        '    driver.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))\n    driver.commit()\n',
    ),
    Mutation(
        "test_archives.py::test_paths_that_lead_out",
        "sources/archives.py",
        "if not parts or leads_out or _NOT",
        "if not parts or _NOT",
    ),
    Mutation(
        "test_archives.py::test_no_name_leads_out_of_a_7z",
        "sources/archives.py",
        "self._file = MemberFile(self._archive, self.folder / path",
        "self._file = MemberFile(self._archive, self.folder.parents[1] / path",
    ),
    Mutation(
        "test_archives.py::test_a_bomb",
        "sources/archives.py",
        "if total > max(RATIO_COUNTS_FROM_BYTES, self.limits.ratio * self.outer_bytes):",
        "if False:",
    ),
    Mutation(
        "test_archives.py::test_a_zip_that_lies_about_its_size",
        "sources/archives.py",
        "_DAMAGED_ZIP = (zipfile.BadZipFile, ",
        "_DAMAGED_ZIP = (",
    ),
    Mutation(
        "test_abuse.py::test_a_geometry_that_is_huge_or_none_is_refused",
        "api/lookup.py",
        "    if count > most_vertices:",
        "    if False:",
    ),
    Mutation(
        "test_middlewares.py::test_a_body_that_trickles",
        "api/middleware.py",
        'body_deadline += len(message["body"]) / SLOWEST_BYTES_PER_S',
        "body_deadline += self._seconds",
    ),
    Mutation(
        "test_abuse.py::test_nothing_outside_is_read",
        "api/pages.py",
        "file = _files().get(name)\n",
        'file = _files().get(name) or PageFile.of((Path(str(PAGE)) / name).read_bytes(), ".js")\n',
    ),
    Mutation(
        "test_abuse.py::test_a_drawing_does_not_name_a_file",
        "api/lookup.py",
        "        drawn = shapely.from_geojson(json.dumps(document, allow_nan=False))",
        '        named = str(document.get("$ref", "")).removeprefix("file://")\n'
        "        drawn = shapely.from_geojson(Path(named).read_text()"
        " if named else json.dumps(document, allow_nan=False))",
    ),
    Mutation(
        "test_postgis_address.py::test_a_password_is_never_shown",
        "sources/postgis.py",
        "password: str | None = field(repr=False)",
        "password: str | None",
    ),
    Mutation(
        "test_postgis_address.py::test_a_refusal_does_not_repeat_the_password",
        "sources/postgis.py",
        'raise _fault("L\'adresse PostgreSQL est illisible"',
        'raise _fault(f"L\'adresse PostgreSQL « {text} » est illisible"',
    ),
    Mutation(
        "test_download.py::test_a_password_is_neither_kept_nor_said",
        "sources/downloads.py",
        'shown = str(address.copy_with(userinfo=b""))',
        "shown = str(address)",
    ),
    Mutation(
        "test_postgis_push.py::test_names_are_only_names",
        "sources/postgis.py",
        'sql.SQL("{} {}").format(sql.Identifier(name), sql',
        'sql.SQL("{} {}").format(sql.SQL(f\'"{name}"\'), sql',
    ),
    Mutation(
        "test_postgis_fetch.py::test_a_name_is_only_a_name",
        "sources/postgis.py",
        "    quoted = sql.Identifier(name)\n",
        "    quoted = sql.SQL(f'\"{name}\"')\n",
    ),
    Mutation(
        "test_page_safety.py::test_a_hostile_name_of_perimeter_is_only_text",
        "api/page/perimeters.js",
        '.setContent(make("span", {}, name))',
        ".setContent(name)",
    ),
    Mutation(
        "test_map_pages.py::test_a_hostile_name_is_only_text",
        "rendering/details.js",
        "  element.textContent = text;",
        "  element.innerHTML = text;",
    ),
    Mutation(
        "test_abuse.py::test_an_address_is_never_a_page",
        "api/middleware.py",
        '    (b"x-content-type-options", b"nosniff"),\n',
        "",
    ),
    Mutation(
        "test_page.py::test_nothing_is_fetched",
        "rendering/base.html",
        "<title>",
        '<link rel="stylesheet" href="https://exemple.fr/page.css"><title>',
    ),
    Mutation(
        "test_map_pages.py::test_page_opens_alone_and_whole",
        "rendering/base.html",
        '<a class="skip"',
        '<img alt="" src="https://exemple.fr/a.png"><a class="skip"',
    ),
    Mutation(
        "test_dependencies.py::test_every_licence_goes_with_ours",
        "../docs/dependances.py",
        '"python-dateutil": "Apache-2.0 OR BSD-3-Clause"',
        '"python-dateutil": "GPL-3.0-only"',
    ),
    Mutation(
        "test_dependencies.py::test_both_files_are_what_the_script_writes",
        "../docs/sbom.cdx.json",
        '"specVersion": "1.5"',
        '"specVersion": "1.4"',
    ),
    Mutation(
        "test_document_claims.py::test_no_answer_opens_a_connection",
        "workflows/lookup.py",
        "        found = self.geocoder.search(question, postcode",
        '        __import__("socket").create_connection(("127.0.0.1", 9))\n'
        "        found = self.geocoder.search(question, postcode",
    ),
    Mutation(
        "test_remote.py::test_an_addok_is_asked_at_any_address",
        "geocoding/remote.py",
        '.rstrip("/").removesuffix(search_path.rstrip("/"))',
        '.rstrip("/")',
    ),
    Mutation(
        "test_lookup_file.py::test_no_address_is_in_a_log_an_error_or_a_temporary_file",
        "workflows/lookup_file/results.py",
        "    if row.fault:\n        return _un",
        '    with __import__("tempfile").NamedTemporaryFile("w", delete=False) as kept:\n'
        "        kept.write(str(row))\n"
        "    if row.fault:\n"
        "        return _un",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_a_row_that_geoville_itself_fails_on_stops_nothing_and_is_quoted_nowhere",
        "workflows/lookup_file/results.py",
        'f"Erreur interne ({type(error).__name__})"',
        'f"Erreur interne ({error})"',
    ),
    Mutation(
        "test_actions.py::test_no_home_is_in_a_log",
        "workflows/actions.py",
        "            return _found(self.finder.answer(text, on))\n",
        '            __import__("logging").getLogger("geoville").debug("home: %s", text)\n'
        "            return _found(self.finder.answer(text, on))\n",
    ),
    Mutation(
        "test_page_files.py::test_nothing_of_a_file_stays",
        "api/page/file.js",
        '  form.append("data", file);\n',
        '  form.append("data", file);\n  localStorage.setItem("file", file.name);\n',
    ),
    Mutation(
        "test_settings.py::test_the_command_line_is_heard_first_and_the_token_is_passed_to_nobody",
        "api/settings.py",
        'include=self.model_fields_set - {"admin_token"}',
        "include=self.model_fields_set",
    ),
    Mutation(
        "test_page_questions.py::test_a_link_keeps_the_state_and_the_address_only_where_asked",
        "api/page/tools.js",
        'byId("share-question").checked ? question : null',
        "question",
    ),
    Mutation(
        "test_review.py::test_the_page_shows_the_open_rows_alone",
        "workflows/lookup_file/review.py",
        "return cls(line, tuple(cells), str(day)) if verdict == VerdictCode.UNCERTAIN else None",
        "return cls(line, tuple(cells), str(day))",
    ),
    Mutation(
        "test_review_page.py::test_decisions_made_by_the_keyboard_are_saved_and_taken_back",
        "rendering/review/review.js",
        "const { key, line } = rows[current];\n    decisions.set(key, { key, line, decision,",
        "const { key, line, asked } = rows[current];\n    decisions.set(key, { key, line, asked, decision,",
    ),
    Mutation(
        "test_page_safety.py::test_the_plan_is_fetched_once_asked_for_and_without_saying_from_where",
        "rendering/online.js",
        '  box.checked = remembered === null ? tiles.shown : remembered === "1";',
        '  box.checked = remembered !== "0";',
    ),
    Mutation(
        "test_addresses_of_files.py::test_the_password_of_an_address_is_never_shown",
        "sources/stores.py",
        'f"« {shown(address)} » n\'est pas une adresse connue"',
        'f"« {address} » n\'est pas une adresse connue"',
    ),
)

NOT_BY_A_CHANGE = {
    "test_fuzz.py::test_a_million_inputs": "an hour long: test_nothing_but_errors_of_geoville does the same in seconds",
}
"""Tests that the documents name and that no change is tried on, with the reason."""

WITHOUT_ONE = 0
"""Tests that the documents name and that no change above is held against: fewer each time, never more."""

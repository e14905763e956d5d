package mqttdiscovery

// longNames returns the names that the short ones of announcements stand for, of
// those that are read here.
func longNames() map[string]string {
	return map[string]string{
		"atype": "automation_type", "avty": "availability", "avty_mode": "availability_mode", "avty_t": "availability_topic",
		"avty_tpl": "availability_template", "bri_cmd_tpl": "brightness_command_template", "bri_cmd_t": "brightness_command_topic",
		"bri_scl": "brightness_scale", "bri_stat_t": "brightness_state_topic", "bri_val_tpl": "brightness_value_template",
		"clrm_stat_t": "color_mode_state_topic", "clrm_val_tpl": "color_mode_value_template",
		"clr_temp_cmd_tpl": "color_temp_command_template", "clr_temp_cmd_t": "color_temp_command_topic",
		"clr_temp_stat_t": "color_temp_state_topic", "clr_temp_val_tpl": "color_temp_value_template", "clr_temp_k": "color_temp_kelvin",
		"cmd_t": "command_topic", "cmd_tpl": "command_template", "cmps": "components", "cod_form": "code_format",
		"curr_temp_t": "current_temperature_topic", "curr_temp_tpl": "current_temperature_template",
		"dev": "device", "dev_cla": "device_class", "en": "enabled_by_default", "ent_cat": "entity_category", "evt_typ": "event_types",
		"exp_aft": "expire_after", "fan_mode_cmd_tpl": "fan_mode_command_template", "fan_mode_cmd_t": "fan_mode_command_topic",
		"fan_mode_stat_tpl": "fan_mode_state_template", "fan_mode_stat_t": "fan_mode_state_topic",
		"hs_cmd_tpl": "hs_command_template", "hs_cmd_t": "hs_command_topic", "hs_stat_t": "hs_state_topic", "hs_val_tpl": "hs_value_template",
		"max_k": "max_kelvin", "min_k": "min_kelvin", "max_mirs": "max_mireds", "min_mirs": "min_mireds",
		"mode_cmd_tpl": "mode_command_template", "mode_cmd_t": "mode_command_topic",
		"mode_stat_t": "mode_state_topic", "mode_stat_tpl": "mode_state_template", "o": "origin", "obj_id": "object_id",
		"off_dly": "off_delay", "on_cmd_type": "on_command_type", "opt": "optimistic", "p": "platform",
		"pct_cmd_t": "percentage_command_topic", "pct_cmd_tpl": "percentage_command_template",
		"pct_stat_t": "percentage_state_topic", "pct_val_tpl": "percentage_value_template",
		"pl": "payload", "pl_avail": "payload_available", "pl_cls": "payload_close", "pl_lock": "payload_lock",
		"pl_not_avail": "payload_not_available", "pl_off": "payload_off", "pl_on": "payload_on", "pl_open": "payload_open",
		"pl_prs": "payload_press", "pl_stop": "payload_stop", "pl_unlk": "payload_unlock",
		"pos_clsd": "position_closed", "pos_open": "position_open", "pos_t": "position_topic", "pos_tpl": "position_template",
		"pow_cmd_t": "power_command_topic", "pow_cmd_tpl": "power_command_template",
		"pow_stat_t": "power_state_topic", "pow_stat_tpl": "power_state_template",
		"rgb_cmd_tpl": "rgb_command_template", "rgb_cmd_t": "rgb_command_topic", "rgb_stat_t": "rgb_state_topic", "rgb_val_tpl": "rgb_value_template",
		"set_pos_tpl": "set_position_template", "set_pos_t": "set_position_topic",
		"spd_rng_min": "speed_range_min", "spd_rng_max": "speed_range_max", "stat_cla": "state_class",
		"stat_clsd": "state_closed", "stat_closing": "state_closing", "stat_jam": "state_jammed", "stat_locked": "state_locked",
		"stat_locking": "state_locking", "stat_off": "state_off", "stat_on": "state_on", "stat_open": "state_open",
		"stat_opening": "state_opening", "stat_stopped": "state_stopped", "stat_t": "state_topic", "stat_unlocked": "state_unlocked",
		"stat_unlocking": "state_unlocking", "stat_val_tpl": "state_value_template", "stype": "subtype", "sup_clrm": "supported_color_modes",
		"t": "topic", "temp_cmd_tpl": "temperature_command_template", "temp_cmd_t": "temperature_command_topic",
		"temp_hi_cmd_tpl": "temperature_high_command_template", "temp_hi_cmd_t": "temperature_high_command_topic",
		"temp_hi_stat_tpl": "temperature_high_state_template", "temp_hi_stat_t": "temperature_high_state_topic",
		"temp_lo_cmd_tpl": "temperature_low_command_template", "temp_lo_cmd_t": "temperature_low_command_topic",
		"temp_lo_stat_tpl": "temperature_low_state_template", "temp_lo_stat_t": "temperature_low_state_topic",
		"temp_stat_tpl": "temperature_state_template", "temp_stat_t": "temperature_state_topic", "temp_unit": "temperature_unit",
		"uniq_id": "unique_id", "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template",
		"xy_cmd_t": "xy_command_topic", "xy_cmd_tpl": "xy_command_template", "xy_stat_t": "xy_state_topic", "xy_val_tpl": "xy_value_template",
	}
}

// longDeviceNames are those of the description of the device.
func longDeviceNames() map[string]string {
	return map[string]string{
		"cns": "connections", "ids": "identifiers", "mf": "manufacturer", "mdl": "model", "mdl_id": "model_id",
		"hw": "hw_version", "sw": "sw_version", "sa": "suggested_area", "sn": "serial_number",
	}
}

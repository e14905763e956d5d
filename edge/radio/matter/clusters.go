package matter

// Clusters that mean something here.
const (
	clusterIdentify    = 3
	clusterOnOff       = 6
	clusterLevel       = 8
	clusterDescriptor  = 29
	clusterBasic       = 40
	clusterPowerSource = 47
	clusterBridged     = 57
	clusterSwitch      = 59
	clusterBoolean     = 69
	clusterSmoke       = 92
	clusterValve       = 129
	clusterPower       = 144
	clusterEnergy      = 145
	clusterDoorLock    = 257
	clusterCovering    = 258
	clusterThermostat  = 513
	clusterFan         = 514
	clusterColor       = 768
	clusterIlluminance = 1024
	clusterTemperature = 1026
	clusterPressure    = 1027
	clusterHumidity    = 1029
	clusterOccupancy   = 1030
)

// attributeFeatures is where every cluster says which of its features it has.
const attributeFeatures = 65532

// meansSomething reports whether an attribute is worth keeping.
func meansSomething(p path) bool {
	const firstGlobal = 0xfff0
	if p.attribute >= firstGlobal && p.attribute != attributeFeatures {
		return false
	}
	switch p.cluster {
	case clusterIdentify, clusterOnOff, clusterLevel, clusterDescriptor, clusterBasic, clusterPowerSource, clusterBridged,
		clusterSwitch, clusterBoolean, clusterSmoke, clusterValve, clusterPower, clusterEnergy, clusterDoorLock, clusterCovering,
		clusterThermostat, clusterFan, clusterColor, clusterIlluminance, clusterTemperature, clusterPressure, clusterHumidity,
		clusterOccupancy:
		return true
	}
	return false
}

// bind returns what an endpoint offers, by the attributes it has.
func bind(e uint16, types []uint64, a attributes) []binding {
	at := func(cluster, attribute uint32) path { return path{e, cluster, attribute} }
	var all []binding
	for _, candidate := range []func(uint16, attributes) []binding{
		bindOnOff, bindLevel, bindColor, bindLock, bindCovering, bindThermostat, bindFan,
	} {
		all = append(all, candidate(e, a)...)
	}
	all = append(all, bindBoolean(at(clusterBoolean, 0), types)...)
	for _, b := range []binding{
		bindOccupancy(at(clusterOccupancy, 0)),
		bindNumber("temperature", at(clusterTemperature, 0), 0.01, 2),
		bindNumber("relativeHumidity", at(clusterHumidity, 0), 0.01, 2),
		bindNumber("pressure", at(clusterPressure, 0), 1, 1), // tenths of kPa are hPa
		bindIlluminance(at(clusterIlluminance, 0)),
		bindNumber("activePower", at(clusterPower, 8), 0.001, 3),
		bindNumber("voltage", at(clusterPower, 4), 0.001, 3),
		bindNumber("activeCurrent", at(clusterPower, 5), 0.001, 3),
		bindEnergy(at(clusterEnergy, 1)),
		bindWord("smokeState", at(clusterSmoke, 1), map[uint64]string{0: "normal", 1: "warning", 2: "critical"}),
		bindWord("valveState", at(clusterValve, 4), map[uint64]string{0: "closed", 1: "open", 2: "transitioning"}),
	} {
		if _, ok := a[b.paths[0]]; ok {
			all = append(all, b)
		}
	}
	return all
}

package local

import (
	"net/http"

	"logis/domain"
	"logis/edge/outbox"
)

type devicesShape struct {
	Now   instant       `json:"now"` // null: the time is not known
	Cloud cloudShape    `json:"cloud"`
	Items []deviceShape `json:"items"`
}

type cloudShape struct {
	Connected bool `json:"connected"`
}

func (s *Server) cloud() cloudShape { return cloudShape{s.options.Cloud()} }

// serverTime returns the server's time, null if it is not known.
func (s *Server) serverTime() instant {
	now, _ := s.options.Time.Now()
	return instant{now.At}
}

func (s *Server) listDevices(w http.ResponseWriter, r *http.Request, _ Client) error {
	twins, err := s.options.Outbox.Twins(r.Context())
	if err != nil {
		return err
	}
	list := devicesShape{Now: s.serverTime(), Cloud: s.cloud(), Items: make([]deviceShape, 0, len(twins))}
	for _, t := range twins {
		list.Items = append(list.Items, s.deviceOf(t))
	}
	answer(w, http.StatusOK, list)
	return nil
}

func (s *Server) getDevice(w http.ResponseWriter, r *http.Request, _ Client) error {
	t, err := s.findDevice(r)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, s.deviceOf(t))
	return nil
}

// findDevice returns the device of the path.
func (s *Server) findDevice(r *http.Request) (outbox.Twin, error) {
	id, err := domain.ParseID[domain.DeviceKind](r.PathValue("device"))
	if err != nil {
		return outbox.Twin{}, domain.InvalidInput(domain.Fault{Field: "device", Message: err.Error()})
	}
	found, err := s.options.Outbox.TwinsOf(r.Context(), id)
	if err != nil {
		return outbox.Twin{}, err
	}
	if len(found) == 0 {
		return outbox.Twin{}, domain.Errorf(domain.NotFound, "there is no such device")
	}
	return found[0], nil
}

type gatewayShape struct {
	ID     domain.GatewayID `json:"id"`
	Now    instant          `json:"now"`
	Cloud  cloudShape       `json:"cloud"`
	Client clientShape      `json:"client"`
}

type clientShape struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Opens bool   `json:"opens"`
}

func shapeOf(c Client) clientShape { return clientShape{ID: c.ID, Name: c.Name, Opens: c.Opens} }

// getGateway tells who this is, and who asks.
func (s *Server) getGateway(w http.ResponseWriter, _ *http.Request, client Client) error {
	answer(w, http.StatusOK, gatewayShape{
		ID: s.options.Gateway, Now: s.serverTime(), Cloud: s.cloud(), Client: shapeOf(client),
	})
	return nil
}
